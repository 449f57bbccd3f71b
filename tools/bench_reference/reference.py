# SPDX-License-Identifier: Apache-2.0
"""The reference flow, re-created to be timed: OpenCV, NumPy and ONNX Runtime on the networks of a facemirror pack.

    python reference.py CLIP --pack DIR -o DIR [--face-box X1,Y1,X2,Y2] [--workers N]

Prints JSON: frames, wall_s, fps, calls per network, seconds of each stage (summed over the threads), processor time.
Written from the specification of the reference system, whose sections are named (B4 is section 4 of behaviour.md).
Where a choice was open, the faster one was taken: this is a fair competitor, not an example of what is slow.

Not re-created, each in the reference's favour: the copy of the source (B3), the waits at the end of each batch of 100
frames (B4: here frames flow through a bounded window), loading the networks anew for every video (B4: `load_s` is not
in `wall_s`), the profiler (B19), quality, which nothing reads (B11), and AU45, which costs two more STAR calls a frame
and was off in all published timings (B1). The picture's mean and scale (B6, B14) are the first layers of the pack's networks,
so the preprocessing here ends with a float tensor of 0..255, and colours are still swapped for the multitask network.
"""
import argparse
import collections
import concurrent.futures
import contextlib
import csv
import json
import os
import pathlib
import queue
import resource
import subprocess
import sys
import threading
import time

try:
    import cv2
    import numpy as np
    import onnxruntime
except ImportError as missing:
    sys.exit(f"reference.py: {missing}. Run it through tools/bench_vs_reference.sh, which installs what it needs, or with "
             "the Python of .venv-bench.")

import geometry

WINDOW = 100  # B4: frames read ahead
AU_COLUMNS = ("AU01", "AU02", "AU04", "AU06", "AU12", "AU15", "AU20", "AU25")  # B15: the reference's (wrong) names
ALL_COLUMNS = ("AU01 AU02 AU04 AU05 AU06 AU07 AU09 AU10 AU12 AU14 AU15 AU16 AU17 AU20 AU23 AU25 AU26 AU45").split()
STABLE_STD_DEG, YAW_HISTORY = 5.0, 5  # B11


class Clock:
    """Seconds of each stage, summed over the threads, and calls of each network."""

    def __init__(self):
        self.seconds, self.calls = collections.Counter(), collections.Counter()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def stage(self, name, network=None):
        start = time.perf_counter()
        yield
        with self._lock:
            self.seconds[name] += time.perf_counter() - start
            if network:
                self.calls[network] += 1


class Networks:
    """B20: one session per network on the CPU in f32, one thread inside a call; the workers share the sessions."""

    def __init__(self, pack, clock):
        self._clock = clock
        description = json.loads((pack / "pack.json").read_text())["networks"]
        self._sessions = {}
        for name in ("retinaface", "star", "mtl"):
            if name not in description:
                sys.exit(f"reference.py: {pack}: the pack has no network {name}")
            self._check_input(name, description[name]["input"])
            self._sessions[name] = self._open(str(pack / description[name]["file"]))

    @staticmethod
    def _check_input(name, found):
        """The preprocessing below holds for pictures of 0..255 only."""
        if set(found["mean"]) != {0.0} or set(found["scale"]) != {1.0}:
            sys.exit(f"reference.py: {name}: expected mean and scale inside the graph, found {found['mean']} {found['scale']}")

    @staticmethod
    def _open(file):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def __call__(self, name, outputs, tensor):
        with self._clock.stage(name, name):
            session = self._sessions[name]
            return session.run(outputs, {session.get_inputs()[0].name: tensor})


def planes(picture):
    """Picture H x W x 3 as float32 [1, 3, H, W]."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)


class Encoder:
    """B13: an ffmpeg child that gets raw bgr24. Its messages are dropped, so that its pipe cannot fill (T22)."""

    def __init__(self, file, width, height, fps):
        self._file = file
        self._process = subprocess.Popen(
            ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}", "-r", str(fps),
             "-i", "-", "-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p", str(file)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def write(self, frame):
        self._process.stdin.write(frame.data)

    def end_input(self):
        self._process.stdin.close()

    def wait(self):
        if self._process.wait() != 0:
            sys.exit(f"reference.py: {self._file}: the encoder failed")


class Tracker:
    """B5 to B8, B11: one object for all workers. Its lock guards the histories; the networks run outside it."""

    def __init__(self, networks, clock, face_box):
        self._networks, self._clock, self.box = networks, clock, face_box
        self._points = collections.deque(maxlen=geometry.HISTORY)
        self._yaws = collections.deque(maxlen=YAW_HISTORY)
        self._lock, self._detection_lock = threading.Lock(), threading.Lock()

    def __call__(self, frame):
        """Smoothed points and yaw, or (None, None)."""
        with self._detection_lock:  # B5.5, "skip re-detection": only while there is no box
            if self.box is None:
                self.box = self._detect(frame)
        if self.box is None:
            return None, None
        with self._clock.stage("star_preprocess"):
            matrix, centre, scale = geometry.star_matrix(self.box)
            crop = cv2.warpAffine(frame, matrix, (256, 256), flags=cv2.INTER_LINEAR, borderValue=0)
            tensor = planes(crop)
        # The last output only (B6). The pack's network has no more than the last stack's; all four would cost more.
        normalised = self._networks("star", ["landmarks"], tensor)[0][0]
        with self._clock.stage("smooth"), self._lock:
            self._points.append(geometry.points_from_star(normalised, centre, scale))
            points = geometry.smooth(self._points)
            yaw = geometry.yaw_deg(points)
            if yaw is not None:
                self._yaws.append(yaw)
        return points, yaw

    def _detect(self, frame):
        height, width = frame.shape[:2]
        loc, conf = self._networks("retinaface", ["loc", "conf"], planes(frame))
        with self._clock.stage("retinaface_postprocess"):
            return geometry.best_face(loc[0], conf[0, :, 1], width, height)


class Compositor:
    """B10, newer version: one bilinear remap of the whole frame serves both outputs."""

    def __init__(self, width, height):
        self._reflection = geometry.Reflection(width, height)

    def __call__(self, frame, points):
        """The right-mirrored and the left-mirrored frame; None where there is no midline."""
        line = geometry.midline(points)
        if line is None:
            return None
        reflection = self._reflection
        reflection.fill(*line)
        # Replicating the border is the clamp of B10.
        sample = cv2.remap(frame, reflection.map_x, reflection.map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = (reflection.distance >= 0).view(np.uint8)
        left = cv2.copyTo(sample, mask, frame.copy())
        right = cv2.copyTo(frame, mask, sample)
        columns = reflection.band_columns(*line)
        if columns is not None:
            reflection.blend(right, frame, columns)
            reflection.blend(left, frame, columns)
        return right, left


def debug_frame(frame, points, yaw):
    """B12."""
    picture, (height, width) = frame.copy(), frame.shape[:2]
    line = geometry.midline(points)
    if line is not None:
        glabella, direction = line
        reach = np.hypot(width, height) * direction
        first, second = np.trunc(glabella) - reach, np.trunc(glabella) + reach
        cv2.line(picture, tuple(map(int, first)), tuple(map(int, second)), (0, 0, 255), 2)
    if yaw is not None:
        size = abs(yaw)
        colour, caption, shift = (((0, 150, 0), "Good", 180) if size <= 3 else
                                  ((0, 165, 255), "Acceptable", 150) if size <= 5 else ((0, 0, 255), "Excessive", 190))
        cv2.rectangle(picture, (0, 0), (width, 30), colour, -1)
        cv2.putText(picture, f"{caption} head rotation", (width // 2 - shift, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.6,
                    (255, 255, 255), 2)
    return picture


def frames_of(file):
    """Opens a video; returns the capture. OpenCV turns the frames upright (B3)."""
    capture = cv2.VideoCapture(str(file))
    if not capture.isOpened():
        sys.exit(f"reference.py: {file}: OpenCV cannot open it")
    return capture


def flow(capture, workers, process, consume, clock, stage):
    """B4: one thread reads ahead, `workers` threads process, this thread consumes in the order of the frames.
    The reference waits for each batch of 100; a window of as many frames in flight does not, and is faster."""
    ordered, window = queue.Queue(), threading.Semaphore(WINDOW)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:

        def read():
            try:
                while True:
                    window.acquire()
                    with clock.stage(stage):
                        found, frame = capture.read()
                    if not found:
                        return
                    ordered.put(pool.submit(process, frame))
            finally:
                ordered.put(None)

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        count = 0
        while (future := ordered.get()) is not None:
            consume(count, future.result())
            window.release()
            count += 1
        reader.join()
    capture.release()
    return count


def mirror(clip, folder, networks, clock, face_box, workers):
    """B1, stages B to G: writes the three videos. Returns frames, frames that were mirrored, the two mirrored files."""
    capture = frames_of(clip)
    width, height = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    fps = int(capture.get(cv2.CAP_PROP_FPS))  # B4: its integer part
    files = [folder / f"{clip.stem}_{name}.mp4" for name in ("right_mirrored", "left_mirrored", "debug")]
    encoders = [Encoder(file, width, height, fps) for file in files]
    tracker, local, mirrored = Tracker(networks, clock, face_box), threading.local(), collections.Counter()

    def process(frame):
        if not hasattr(local, "compositor"):
            local.compositor = Compositor(width, height)
        points, yaw = tracker(frame)
        if points is None:
            return frame, frame, frame
        with clock.stage("mirror"):
            halves = local.compositor(frame, points)
        with clock.stage("debug_frame"):
            debug = debug_frame(frame, points, yaw)
        return *(halves or (frame, frame)), debug

    def write(_, pictures):
        mirrored["frames"] += pictures[0] is not pictures[1]
        with clock.stage("write"):
            for encoder, picture in zip(encoders, pictures, strict=True):
                encoder.write(picture)

    count = flow(capture, workers, process, write, clock, "decode")
    for encoder in encoders:
        encoder.end_input()
    for encoder in encoders:
        encoder.wait()
    return count, mirrored["frames"], files[:2]


def measure(file, networks, clock, workers):
    """B14, B15: the multitask network on each whole frame of a mirrored file, and its table."""
    capture = frames_of(file)
    fps, rows = capture.get(cv2.CAP_PROP_FPS), []

    def process(frame):
        with clock.stage("mtl_preprocess"):
            tensor = planes(cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), (224, 224), interpolation=cv2.INTER_LINEAR))
        return networks("mtl", ["emotion", "gaze", "au"], tensor)[2][0]  # emotion and gaze are thrown away

    def add(index, scores):
        values = dict.fromkeys(ALL_COLUMNS, float("nan"))
        values.update(zip(AU_COLUMNS, np.clip(scores, 0, 5).tolist(), strict=True))
        rows.append([index, 0, index / fps, 1.0, 1, *values.values(), *[float("nan")] * len(ALL_COLUMNS)])

    flow(capture, workers, process, add, clock, "mtl_decode")
    with clock.stage("table"), open(file.with_suffix(".csv"), "w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["frame", "face_id", "timestamp", "confidence", "success",
                        *(name + "_r" for name in ALL_COLUMNS), *(name + "_c" for name in ALL_COLUMNS)])
        table.writerows(rows)


def processor_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=pathlib.Path)
    parser.add_argument("--pack", type=pathlib.Path, required=True, help="folder with retinaface, star and mtl")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, help="folder of the outputs")
    parser.add_argument("--face-box", type=lambda text: tuple(map(float, text.split(","))), help="X1,Y1,X2,Y2: no detector")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="threads; default: one a core")
    arguments = parser.parse_args()
    if arguments.face_box and len(arguments.face_box) != 4:
        parser.error("--face-box: expected four numbers")
    return arguments


def main():
    arguments = parse_arguments()
    arguments.output.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)  # The workers fill the cores; OpenCV's own threads would only get in their way.
    clock, start = Clock(), time.perf_counter()
    networks = Networks(arguments.pack, clock)
    loaded, phases = time.perf_counter(), {}
    count, mirrored, halves = mirror(arguments.clip, arguments.output, networks, clock, arguments.face_box, arguments.workers)
    phases["mirroring"] = time.perf_counter() - loaded
    for side, file in zip(("right", "left"), halves, strict=True):
        begin = time.perf_counter()
        measure(file, networks, clock, arguments.workers)
        phases[f"action_units_{side}"] = time.perf_counter() - begin
    wall = time.perf_counter() - loaded
    print(json.dumps({
        "frames": count, "mirrored_frames": mirrored, "wall_s": wall, "fps": count / wall, "load_s": loaded - start,
        "processor_s": processor_seconds(), "workers": arguments.workers, "calls": dict(clock.calls), "phases_s": phases,
        "stages_s": dict(clock.seconds), "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "engine": f"ONNX Runtime {onnxruntime.__version__}", "opencv": cv2.__version__, "numpy": np.__version__}))


if __name__ == "__main__":
    main()
