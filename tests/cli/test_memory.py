# SPDX-License-Identifier: Apache-2.0
"""Memory does not grow with the length of a video."""
import json

from conftest import ffmpeg

# What the allocator and FFmpeg may keep more of on a long video; a copy of every 360p frame would be 1.9 GB. The queues are
# made small, so that how far they happen to fill on a busy machine does not count.
ALLOWED_GROWTH_MIB = 20


def peak_rss_mib(program, pack, clip, folder):
    result = program("run", clip, "--pack", pack, "-o", folder, "--threads", "2", "--max-memory-mib", "64", "--quiet")
    assert result.returncode == 0, result.stderr
    told = json.loads((folder / f"{clip.stem}_run.json").read_text())
    assert told["frames"]["ok"] == told["frames"]["decoded"]
    return told["peak_rss_mib"], told["frames"]["decoded"]


def test_three_minutes_take_no_more_memory_than_ten_seconds(program, pack, synth, tmp_path):
    second = synth("second", "--size", "640x360", "--face-px", "90", "--duration", "1", "--still")
    clips = {}
    for name, length_s in (("short", 10), ("long", 180)):
        clips[name] = tmp_path / f"{name}.mp4"
        ffmpeg("-stream_loop", length_s - 1, "-i", second, "-c", "copy", clips[name])
    short, short_frames = peak_rss_mib(program, pack, clips["short"], tmp_path / "out")
    long, long_frames = peak_rss_mib(program, pack, clips["long"], tmp_path / "out")
    print(f"{short_frames} frames {short:.0f} MiB, {long_frames} frames {long:.0f} MiB")
    assert long_frames == 18 * short_frames
    assert long <= short + ALLOWED_GROWTH_MIB
