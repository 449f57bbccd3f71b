# SPDX-License-Identifier: Apache-2.0
"""What the tests of the built program share: the program, clips made by ffmpeg and by `facemirror synth`, tables."""
import csv
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[1]


class Program:
    """The built program. `run` returns exit code, stdout and stderr of one call."""

    def __init__(self, path):
        self.path = path

    def __call__(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True, timeout=900, **options)


@pytest.fixture(scope="session")
def program():
    path = os.environ.get("FACEMIRROR_PROGRAM")
    if not path:
        pytest.skip("FACEMIRROR_PROGRAM is not set; ctest sets it")
    return Program(path)


@pytest.fixture(scope="session")
def pack():
    """The installed default pack; ./facemirror installs it."""
    folder = ROOT / "packs" / "mediapipe"
    if not (folder / "pack.json").exists():
        pytest.skip("the default pack is not installed: run ./facemirror once")
    return folder


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


def probe_frames(file):
    """Times of all frames that FFmpeg decodes, in ticks of the stream's time base, and that base."""
    text = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts:stream=time_base", "-of", "json", file],
        check=True, capture_output=True, text=True).stdout
    found = json.loads(text)
    numerator, denominator = map(int, found["streams"][0]["time_base"].split("/"))
    return [int(frame["pts"]) for frame in found["frames"]], numerator / denominator


def read_table(file):
    """A CSV as a list of dictionaries of texts."""
    with open(file, newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def synth(program, pack, tmp_path_factory):
    """Makes a clip with `facemirror synth`: synth("name", options...) -> path; one clip a name and session."""
    folder = tmp_path_factory.mktemp("synth")

    def make(name, *options):
        clip = folder / f"{name}.mp4"
        if not clip.exists():
            result = program("synth", "-o", clip, *options)
            assert result.returncode == 0, result.stderr
        return clip

    return make


@pytest.fixture(scope="session")
def face_clip(synth):
    """A second of a face at rest, 320 x 320."""
    return synth("face", "--size", "320x320", "--face-px", "90", "--duration", "1", "--still")


WEIGHT_FILES = {"retinaface": "retinaface.pth", "star": "star.pkl", "mtl": "mtl.pth"}


@pytest.fixture(scope="session")
def weights(tmp_path_factory):
    """The reproducible test weights of the three research networks as PyTorch's files: weights["star"] -> file."""
    tool = os.environ.get("FACEMIRROR_MAKE_CHECKPOINT")
    if not tool:
        pytest.skip("FACEMIRROR_MAKE_CHECKPOINT is not set; ctest sets it")
    folder = tmp_path_factory.mktemp("weights")
    for network, name in WEIGHT_FILES.items():
        subprocess.run([tool, network, folder / name], check=True)
    return {network: folder / name for network, name in WEIGHT_FILES.items()}
