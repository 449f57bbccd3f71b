# SPDX-License-Identifier: Apache-2.0
"""The start script ./facemirror, run in a made-up project whose tools (apt-get, cmake, pip, ...) are stand-ins."""
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import time

import pytest

SCRIPT = pathlib.Path(__file__).parents[2] / "facemirror"
SET_UP_FAILED = 5


def write_program(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/bash\n" + body)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


class Project:
    """A folder with the script in it, where every step has been done; each stand-in appends its call to `calls`."""

    def __init__(self, folder):
        self.root = folder / "a project"  # The space is part of the test.
        self.tools = folder / "tools"
        self.calls = folder / "calls"
        self.calls.touch()
        for name in ("src", "apps", "cmake", "tests", "bench", "fuzz", "lab", ".cache", "build/release", "packs/mediapipe"):
            (self.root / name).mkdir(parents=True)
        for name in ("CMakeLists.txt", "CMakePresets.json", "lab/CMakeLists.txt", ".cache/astronaut.png", "packs/mediapipe/pack.json"):
            (self.root / name).touch()
        self.os_release = folder / "os-release"
        self.os_release.write_text("ID=debian\nVERSION_ID=12\n")
        text = SCRIPT.read_text().replace("/etc/os-release", str(self.os_release))
        self.script = self.root / "facemirror"
        self.script.write_text(text)
        self.script.chmod(0o755)
        pins = re.findall(r"[\w-]+==[\d.]+", re.search(r"^pins=\((.*)\)", text, re.M).group(1))
        self.program = self.root / "build/release/apps/facemirror/facemirror"
        write_program(self.program, 'printf "%s\\n" "program:$PWD" "$@"; cat; exit 42\n')
        write_program(self.root / ".venv/bin/python", self.record("python"))
        (self.root / ".venv/facemirror-pins.txt").write_text("\n".join(pins) + "\n")
        (self.root / "build/release/facemirror.stamp").write_text(str(self.root))
        self.tool("dpkg-query", 'shift 3 2>/dev/null; for name in "$@"; do echo "$name:installed"; done')
        self.tool("cmake", self.record("cmake"))
        self.tool("apt-get", self.record("apt-get"))
        self.tool("sudo", self.record("sudo") + '"$@"\n')
        self.tool("npm", self.record("npm"))

    def record(self, name):
        return f'echo {name} "$@" >>"{self.calls}"\n'

    def tool(self, name, body):
        write_program(self.tools / name, body)

    def with_tests(self):
        """Makes what `./facemirror test` needs, besides what __init__ made."""
        test_pins = re.search(r"^test_pins=\((.*)\)", self.script.read_text(), re.M).group(1).split()
        with (self.root / ".venv/facemirror-pins.txt").open("a") as pins:
            pins.write("\n".join(test_pins) + "\n")
        write_program(self.root / "tools/run_tests.sh", 'printf "%s\\n" "tests:$PWD" "$@"; exit 43\n')
        write_program(self.root / "build/dev/apps/facemirror/facemirror", "exit 1\n")
        (self.root / "build/dev/facemirror.stamp").write_text(str(self.root))

    def with_lab(self):
        """Makes the lab's environment; its python tells how it was called."""
        lab_pins = re.search(r"^lab_pins=\((.*)\)", self.script.read_text(), re.M).group(1).split()
        write_program(self.root / ".venv-lab/bin/python", 'printf "%s\\n" "lab:$PWD" "$PYTHONPATH" "$@"; exit 44\n')
        file = self.root / ".venv-lab/facemirror-pins.txt"
        file.write_text("\n".join(lab_pins) + "\n")
        os.utime(file, (1, 1))

    def without_packages(self):
        self.tool("dpkg-query", "exit 1")

    def as_user(self):
        """Makes the script take itself for an ordinary user's; the test may well run as root."""
        self.script.write_text(self.script.read_text().replace("EUID != 0", "1000 != 0"))

    def start(self, *arguments, script=None, **options):
        environment = {"PATH": f"{self.tools}:/usr/bin:/bin", "HOME": str(self.root)} | options.pop("env", {})
        return subprocess.run([script or self.script, *arguments], env=environment, text=True, capture_output=True,
                              timeout=60, **({"stdin": subprocess.DEVNULL} if "input" not in options else {}), **options)

    def called(self):
        return self.calls.read_text()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def only_line(result):
    """The last line on stderr, after asserting that the set-up failed and left stdout empty."""
    assert result.returncode == SET_UP_FAILED
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert all(line.startswith("facemirror: ") for line in lines), result.stderr
    return lines[-1]


def test_a_second_start_does_nothing_but_run_the_program(project):
    result = project.start("run", "my clip.mov", "--json", cwd="/", input="bytes on stdin")
    assert result.stdout == "program:/\nrun\nmy clip.mov\n--json\nbytes on stdin"
    assert result.stderr == ""
    assert result.returncode == 42
    assert project.called() == ""


def test_a_second_start_adds_less_than_half_a_second(project):
    durations_s = []
    for _ in range(5):
        start = time.monotonic()
        project.start("run")
        durations_s.append(time.monotonic() - start)
    assert min(durations_s) < 0.5


def test_it_works_through_a_symbolic_link(project, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(project.script)
    assert project.start("--help", script=link, cwd=tmp_path).stdout == f"program:{tmp_path}\n--help\n"


def test_a_newer_source_is_built_once(project):
    later = time.time() - 1
    os.utime(project.root / "build/release/facemirror.stamp", (later - 10, later - 10))
    (project.root / "src/new.cpp").touch()
    os.utime(project.root / "src/new.cpp", (later, later))
    first = project.start("run")
    assert first.stdout.startswith("program:")
    assert "building" in first.stderr
    assert project.called().count("cmake --build") == 1
    assert project.start("run").stderr == ""
    assert project.called().count("cmake --build") == 1


def test_a_folder_that_was_moved_is_configured_afresh(project):
    (project.root / "build/release/facemirror.stamp").write_text("/somewhere/else")
    assert project.start("run").returncode == 42
    assert "--preset release --fresh" in project.called()


def test_two_starts_at_once_build_once(project):
    (project.root / "build/release/facemirror.stamp").unlink()
    project.tool("cmake", project.record("cmake") + "sleep 0.5")
    command = [project.script, "run"]
    environment = {"PATH": f"{project.tools}:/usr/bin:/bin"}
    both = [subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate(timeout=60) and process.returncode for process in both] == [42, 42]
    assert project.called().count("cmake --build") == 1


def test_missing_packages_are_named_and_then_installed(project):
    project.without_packages()
    result = project.start("run")
    assert "installing Debian packages: g++ cmake ninja-build " in result.stderr
    assert re.search(r"apt-get .*update\napt-get .*install -y .*g\+\+ cmake ", project.called())
    assert "libgtest-dev" not in project.called()


def test_the_packages_of_the_tests_come_only_with_the_tests(project):
    project.without_packages()
    project.tool("apt-get", project.record("apt-get") + 'echo "E: stop here"; exit 1')
    assert "libgtest-dev" in only_line(project.start("test"))


def test_the_tests_take_the_options_of_ctest(project):
    project.with_tests()
    result = project.start("test", "-R", "a name")
    assert (result.stdout, result.returncode) == (f"tests:{pathlib.Path.cwd()}\ndev\n-R\na name\n", 43)
    assert result.stderr == "" and project.called() == ""


def test_the_lab_runs_in_its_own_environment_where_the_user_stands(project):
    project.with_lab()
    shutil.rmtree(project.root / "build")
    (project.root / "packs/mediapipe/pack.json").unlink()  # It needs neither the program nor a pack.
    result = project.start("lab", "reference", "--network", "a name", cwd="/")
    assert result.stdout == f"lab:/\n{project.root}\n-P\n-m\nlab\nreference\n--network\na name\n"
    assert (result.stderr, result.returncode, project.called()) == ("", 44, "")


def test_the_lab_installs_pytorch_and_nothing_to_compile_with(project):
    project.without_packages()
    project.tool("apt-get", project.record("apt-get") + 'echo "E: stop here"; exit 1')
    line = only_line(project.start("lab", "--help"))
    assert "python3-torch" in line and "python3-numpy" in line and "cmake" not in line


def test_the_lab_makes_its_environment_once(project):
    environment = project.root / ".venv-lab/bin/python"
    write_program(environment, project.record("lab-python"))
    first = project.start("lab", "--help")
    assert "installing into .venv-lab: pytest==" in first.stderr
    assert re.search(r"lab-python -m pip install .*pytest==[\d.]+ pillow==[\d.]+\nlab-python -P -m lab --help\n", project.called())
    assert project.start("lab", "--help").stderr == ""
    assert project.called().count("pip install") == 1


def test_the_tests_of_the_lab_are_an_option(project):
    project.with_tests()
    project.with_lab()
    assert project.start("test", "--lab", "-L", "lab").stdout.endswith("dev\n-L\nlab\n")
    assert project.called() == ""


def test_the_build_is_configured_again_when_the_lab_was_installed(project):
    project.with_tests()
    write_program(project.root / ".venv-lab/bin/python", project.record("lab-python"))
    past = time.time() - 10
    os.utime(project.root / "build/dev/facemirror.stamp", (past, past))
    for folder in ("tests", ".venv/facemirror-pins.txt", "CMakeLists.txt", "CMakePresets.json", "src", "apps", "cmake", "bench", "fuzz",
                   "lab/CMakeLists.txt"):
        os.utime(project.root / folder, (past - 1, past - 1))
    assert project.start("test").stderr == ""
    assert "building build/dev" in project.start("test", "--lab").stderr
    assert re.search(r"cmake -S .*a project --preset dev", project.called())


def test_a_failed_installation_of_the_lab_says_what_to_do(project):
    write_program(project.root / ".venv-lab/bin/python", 'echo "ERROR: No matching distribution found for pillow"; exit 1\n')
    line = only_line(project.start("lab", "--help"))
    assert "installing the lab's Python packages failed (ERROR: No matching distribution found for pillow)" in line
    assert ".venv-lab/bin/python -m pip install pytest==" in line


def test_an_ordinary_user_installs_through_sudo(project):
    project.without_packages()
    project.as_user()
    project.start("run")
    assert re.search(r"sudo env .*apt-get .* install", project.called())


def test_without_sudo_the_packages_are_named(project, tmp_path):
    project.without_packages()
    project.as_user()
    (project.tools / "sudo").unlink()
    bare = tmp_path / "bare"  # A PATH on which this machine's own sudo does not lie.
    bare.mkdir()
    for name in ("bash", "env", "readlink", "dirname", "mkdir", "flock", "grep", "awk", "sed", "cat", "find"):
        (bare / name).symlink_to(shutil.which(name, path="/usr/bin:/bin"))
    line = only_line(project.start("run", env={"PATH": f"{project.tools}:{bare}"}))
    assert "neither root nor sudo" in line and "libavcodec-dev" in line


@pytest.mark.parametrize("release", ["ID=fedora\nVERSION_ID=42\n", "ID=debian\nVERSION_ID=11\n"])
def test_another_distribution_is_refused_with_the_names(project, release):
    project.without_packages()
    project.os_release.write_text(release)
    line = only_line(project.start("run"))
    assert "not Debian 12 or newer" in line and "ninja-build" in line
    assert project.called() == ""


def test_a_derivative_of_debian_is_accepted(project):
    project.without_packages()
    project.os_release.write_text('ID=linuxmint\nID_LIKE="ubuntu debian"\n')
    assert project.start("run").returncode == 42


def test_packages_installed_by_hand_are_believed(project):
    project.without_packages()
    project.os_release.write_text("ID=fedora\n")
    assert project.start("run", env={"FACEMIRROR_NO_APT": "1"}).returncode == 42


@pytest.mark.parametrize("output, cause", [
    ("E: Failed to fetch x  Temporary failure resolving 'host'", "no network"),
    ("dpkg: error: failed to write (No space left on device)", "no space left on the disk"),
    ("E: Unable to locate package libcli11-dev", "E: Unable to locate package libcli11-dev"),
])
def test_a_failed_installation_says_why_in_one_line(project, output, cause):
    project.without_packages()
    project.tool("apt-get", f'echo "{output}"; exit 100')
    line = only_line(project.start("run"))
    assert line.startswith("facemirror: installing Debian packages failed (" + cause)
    assert "Install by hand: g++ cmake" in line
    assert str(project.root / ".cache/setup.log") in line


def test_a_failed_build_names_the_first_error(project):
    (project.root / "build/release/facemirror.stamp").unlink()
    project.tool("cmake", 'echo "CMake Error at x:1 (message):"; echo "  facemirror: Debian package libfmt-dev is missing."; exit 1')
    assert "configuring the build failed (facemirror: Debian package libfmt-dev is missing.)" in only_line(project.start("run"))


def test_a_photograph_with_a_wrong_hash_is_not_kept(project):
    (project.root / ".cache/astronaut.png").unlink()
    write_program(project.root / ".venv/bin/python", f'''
if [[ $2 == pip ]]; then
    while [[ $1 != --dest ]]; do shift; done
    mkdir -p "$2" && "{sys.executable}" -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").writestr("skimage/data/astronaut.png", "x")' "$2/a.whl"
else
    exec "{sys.executable}" "$@"
fi
''')
    assert "expected sha256 88431cd9" in only_line(project.start("run"))
    assert not (project.root / ".cache/astronaut.png").exists()


def test_a_failed_pack_stops_the_start(project):
    (project.root / "packs/mediapipe/pack.json").unlink()
    write_program(project.program, "echo 'facemirror: face_mesh: expected sha256 a, found b'; exit 4\n")
    assert "installing the model pack failed (facemirror: face_mesh: expected sha256 a, found b)" in only_line(project.start("run"))


def test_a_folder_that_cannot_be_written_is_named(project):
    shutil.rmtree(project.root / ".cache")
    (project.root / ".cache").touch()  # Stands in for a read-only folder, which does not stop root.
    assert only_line(project.start("run")) == f"facemirror: cannot write to {project.root}."
