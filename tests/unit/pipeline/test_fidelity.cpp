// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/number_table.hpp>
#include <facemirror/pipeline/fidelity.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/core/face.hpp>

#include <support/temporary_folder.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>

namespace facemirror {
namespace {

namespace fs = std::filesystem;

/// What a made-up run writes of one frame: eyes 100 px apart at the outer corners, pupils 63 px apart.
struct MadeFrame {
    double shift_px = 0; ///< Of every landmark, to the right.
    bool has_face = true;
    bool has_last_point = true;
    double fissure_left_oed = 0.1;
    double fissure_right_oed = 0.1;
    double au12_score_left = 0;
    double gaze_yaw_deg = 0;
    double gaze_pitch_deg = 0;
    double happy = 0.2; ///< Share beside 0.5 of neutral.
    double time_s = 0;
    bool is_by_flow = false;
};

class FidelityOfRuns : public testing::Test {
protected:
    OutputFiles write(const std::string& name, int frames,
                      const std::function<void(int, MadeFrame&)>& change = {}) {
        const OutputFiles files = output_files(folder.path(), name, Videos::none);
        std::ofstream landmarks{files.landmarks_table};
        std::ofstream values{files.frames_table};
        landmarks << "frame";
        for (std::size_t k = 0; k < wflw::size; ++k) {
            landmarks << fmt::format(",x_{0},y_{0}", k);
        }
        values << "frame,pts_s,status,palpebral_fissure_oed_left,palpebral_fissure_oed_right,fai_oed,au12_"
                  "score_left,"
                  "gaze_halves_yaw_deg_left,gaze_halves_pitch_deg_left,emotion_neutral_left,emotion_happy_"
                  "left,points_by_flow,reason\n";
        landmarks << "\n";
        for (int i = 0; i < frames; ++i) {
            MadeFrame frame;
            frame.time_s = i / 30.0;
            frame.au12_score_left = 0.01 * i;
            if (change) {
                change(i, frame);
            }
            landmarks << i;
            for (std::size_t k = 0; k < wflw::size; ++k) {
                double x = static_cast<double>(k);
                x = k == 60 ? 100 : k == 72 ? 200 : k == 96 ? 120 : k == 97 ? 183 : x;
                const bool is_there = frame.has_face && (frame.has_last_point || k + 1 < wflw::size);
                landmarks << (is_there ? fmt::format(",{},{}", x + frame.shift_px, 50) : ",nan,nan");
            }
            landmarks << "\n";
            values << fmt::format("{},{:.6f},ok,{},{},0,{},{},{},0.5,{},{},\"a reason, with a comma\"\n", i,
                                  frame.time_s, frame.fissure_left_oed, frame.fissure_right_oed,
                                  frame.au12_score_left, frame.gaze_yaw_deg, frame.gaze_pitch_deg,
                                  frame.happy, frame.is_by_flow ? 1 : 0);
        }
        return files;
    }

    static const GateResult& gate(const Fidelity& found, const std::string& measure) {
        return *std::ranges::find(found.gates, measure, &GateResult::measure);
    }

    Fidelity compare(int frames, const std::function<void(int, MadeFrame&)>& change) {
        FidelityMeter meter;
        meter.add(write("a", 100), write("b", frames, change));
        return meter.result();
    }

    TemporaryFolder folder;
};

TEST_F(FidelityOfRuns, EqualRunsPassWithNothingButZeros) {
    const Fidelity found = compare(100, {});
    EXPECT_TRUE(found.passes());
    EXPECT_EQ(found.frames, 100);
    EXPECT_EQ(found.measures.at("landmark_drift_mean_oed"), 0);
    EXPECT_EQ(found.measures.at("symmetry_worst_mm"), 0);
    EXPECT_EQ(found.measures.at("same_top_emotion"), 1);
    EXPECT_EQ(found.measures.at("unit_peaks_within_3_frames"), 1);
}

TEST_F(FidelityOfRuns, LandmarkDriftIsInOuterEyeDistances) {
    const Fidelity found = compare(100, [](int, MadeFrame& frame) { frame.shift_px = 0.6; });
    EXPECT_NEAR(found.measures.at("landmark_drift_mean_oed"), 0.006, 1e-9);
    EXPECT_FALSE(gate(found, "landmark_drift_mean_oed").holds);
    EXPECT_TRUE(gate(found, "landmark_drift_p95_oed").holds);
    EXPECT_FALSE(found.passes());
}

TEST_F(FidelityOfRuns, ThePercentileSeesWhatTheMeanDoesNot) {
    const Fidelity found = compare(100, [](int i, MadeFrame& frame) { frame.shift_px = i < 6 ? 2 : 0; });
    EXPECT_TRUE(gate(found, "landmark_drift_mean_oed").holds);
    EXPECT_NEAR(found.measures.at("landmark_drift_p95_oed"), 0.02, 1e-9);
    EXPECT_FALSE(gate(found, "landmark_drift_p95_oed").holds);
}

TEST_F(FidelityOfRuns, SymmetryIsInMillimetresAtAPupilDistanceOf63) {
    // The outer corners are 100 mm apart here, so 0.004 of that is 0.4 mm.
    const Fidelity found = compare(100, [](int, MadeFrame& frame) { frame.fissure_left_oed = 0.104; });
    EXPECT_NEAR(found.measures.at("symmetry_mm_palpebral_fissure_oed"), 0.4, 1e-9);
    EXPECT_NEAR(found.measures.at("symmetry_worst_mm"), 0.4, 1e-9);
    EXPECT_FALSE(gate(found, "symmetry_worst_mm").holds);
}

TEST_F(FidelityOfRuns, UnitsDecisionsAndPeaks) {
    const Fidelity moved = compare(100, [](int, MadeFrame& frame) { frame.au12_score_left += 0.02; });
    EXPECT_NEAR(moved.measures.at("unit_difference_mean"), 0.02, 1e-9);
    EXPECT_NEAR(moved.measures.at("unit_decisions_flipped"), 0.02, 1e-9); // frames 48 and 49 of 100
    EXPECT_FALSE(gate(moved, "unit_decisions_flipped").holds);
    EXPECT_TRUE(gate(moved, "unit_peaks_within_3_frames").holds);
    const Fidelity late =
        compare(100, [](int i, MadeFrame& frame) { frame.au12_score_left = i == 95 ? 1.2 : 0; });
    EXPECT_FALSE(gate(late, "unit_peaks_within_3_frames").holds);
}

TEST_F(FidelityOfRuns, GazeAndEmotion) {
    const Fidelity found = compare(100, [](int i, MadeFrame& frame) {
        frame.gaze_yaw_deg = 1;
        frame.happy = i < 2 ? 0.6 : 0.2;
    });
    EXPECT_NEAR(found.measures.at("gaze_difference_deg"), 1, 1e-9);
    EXPECT_FALSE(gate(found, "gaze_difference_deg").holds);
    EXPECT_NEAR(found.measures.at("same_top_emotion"), 0.98, 1e-9);
    EXPECT_FALSE(gate(found, "same_top_emotion").holds);
}

TEST_F(FidelityOfRuns, LostFacesRowsAndTimesFail) {
    EXPECT_FALSE(
        gate(compare(100, [](int i, MadeFrame& frame) { frame.has_face = i != 7; }), "faces_lost").holds);
    EXPECT_FALSE(gate(compare(99, {}), "rows_or_times_that_differ").holds);
    EXPECT_FALSE(gate(compare(100, [](int i, MadeFrame& frame) { frame.time_s += i == 3 ? 0.001 : 0; }),
                      "rows_or_times_that_differ")
                     .holds);
    const Fidelity lost =
        compare(100, [](int i, MadeFrame& frame) { frame.gaze_yaw_deg = i == 0 ? std::nan("") : 0; });
    EXPECT_EQ(lost.measures.at("values_lost"), 1);
    EXPECT_FALSE(lost.passes());
}

TEST_F(FidelityOfRuns, WhatNoNetworkLookedAtIsNotLost) {
    const auto leave_out = [](bool is_said) {
        return [is_said](int i, MadeFrame& frame) {
            frame.is_by_flow = is_said && i % 2 == 1;
            frame.gaze_yaw_deg = i % 2 == 1 ? std::nan("") : 0;
        };
    };
    EXPECT_EQ(compare(100, leave_out(true)).measures.at("values_lost"), 0);
    EXPECT_EQ(compare(100, leave_out(false)).measures.at("values_lost"), 50);
}

TEST_F(FidelityOfRuns, NothingComparedIsNothingPassed) {
    EXPECT_FALSE(FidelityMeter{}.result().passes());
    const auto leave = [](int, MadeFrame& frame) { frame.has_face = false; };
    FidelityMeter meter;
    meter.add(write("a", 100, leave), write("b", 100, leave));
    EXPECT_FALSE(gate(meter.result(), "faces_compared").holds);
    EXPECT_FALSE(meter.result().passes()) << "100 frames without a face say nothing";
}

TEST_F(FidelityOfRuns, OnePointOrOneSideThatIsMissingIsLost) {
    const Fidelity point = compare(100, [](int i, MadeFrame& frame) { frame.has_last_point = i != 7; });
    EXPECT_EQ(point.measures.at("faces_lost"), 1);
    EXPECT_EQ(point.measures.at("landmark_drift_mean_oed"), 0) << "and does not hide the other frames";
    EXPECT_FALSE(point.passes());
    const Fidelity side =
        compare(100, [](int i, MadeFrame& frame) { frame.fissure_right_oed = i == 7 ? std::nan("") : 0.1; });
    EXPECT_EQ(side.measures.at("values_lost"), 1);
    EXPECT_FALSE(side.passes());
    const Fidelity pitch =
        compare(100, [](int i, MadeFrame& frame) { frame.gaze_pitch_deg = i == 7 ? std::nan("") : 0; });
    EXPECT_FALSE(gate(pitch, "gaze_difference_deg").holds);
}

TEST_F(FidelityOfRuns, ATableThatIsNoneIsRefused) {
    const OutputFiles good = write("a", 3);
    OutputFiles bad = write("b", 3);
    std::ofstream{bad.frames_table, std::ios::app} << "4,0.1\n";
    FidelityMeter meter;
    try {
        meter.add(good, bad);
        FAIL() << "no failure";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::corrupted);
        EXPECT_NE(std::string{error.what()}.find("b_frames.csv:5: expected 13 fields, found 2"),
                  std::string::npos)
            << error.what();
    }
    bad.frames_table = folder / "none.csv";
    EXPECT_THROW(meter.add(good, bad), Error);
}

TEST(FastestFaithful, GoesByWhatPassedWithThisEngineAndTheseFiles) {
    PackDescription pack;
    pack.networks["star"].variants["int8"].rest = Precision::f32;
    const auto choose = [&pack](const std::string& engine, bool has_bf16) {
        return fastest_faithful(pack, engine, has_bf16).precision;
    };
    const auto tie_to_files = [&pack] {
        for (PackedFidelity& entry : pack.fidelity) {
            entry.sha256 = networks_sha256(pack, entry.precision);
            entry.baseline_sha256 = networks_sha256(pack, entry.baseline);
        }
    };
    EXPECT_EQ(choose("engine 1", true), Precision::f32);
    PackedFidelity bf16;
    bf16.precision = Precision::bf16;
    bf16.engine = "engine 1";
    bf16.passed = {"drift"};
    PackedFidelity int8 = bf16;
    int8.precision = Precision::int8;
    int8.passed.clear();
    pack.fidelity = {int8, bf16};
    EXPECT_EQ(choose("engine 1", true), Precision::f32) << "tied to no files";
    tie_to_files();
    EXPECT_EQ(choose("engine 1", true), Precision::bf16);
    EXPECT_EQ(fastest_faithful(pack, "engine 1", true).reason,
              "int8: missed the gates of drift; bf16: passed the gates of drift against f32");
    EXPECT_EQ(choose("engine 1", false), Precision::f32);
    EXPECT_EQ(choose("engine 2", true), Precision::f32);
    pack.fidelity[0].passed = {"drift"};
    EXPECT_EQ(choose("engine 1", true), Precision::int8);
    EXPECT_EQ(choose("engine 1", false), Precision::int8);
    pack.networks["star"].variants["int8"].rest = Precision::bf16;
    EXPECT_EQ(choose("engine 1", true), Precision::bf16) << "int8 is another one now";
    tie_to_files();
    EXPECT_EQ(choose("engine 1", true), Precision::int8);
    EXPECT_EQ(choose("engine 1", false), Precision::f32);
    pack.networks["star"].sha256 = "another file";
    EXPECT_EQ(choose("engine 1", true), Precision::f32) << "so is the baseline";
    EXPECT_NE(fastest_faithful(pack, "engine 1", true).reason.find("other networks"), std::string::npos);
}

} // namespace
} // namespace facemirror
