// SPDX-License-Identifier: Apache-2.0
/// Imported networks against the golden outputs of their PyTorch definitions: two readings of one text.
#include "support/temporary_folder.hpp"
#include "support/test_weights.hpp"

#include <facemirror/graph/checkpoint.hpp>
#include <facemirror/graph/import.hpp>
#include <facemirror/nn/network.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace facemirror {
namespace {

using Json = nlohmann::json;
using Values = std::map<std::string, std::vector<float>>; // by the name of an output

/// Below this the fourth and fifth similarity of a node are too near to each other for rounding not to swap
/// them, relative to their size; float32 sums of 1280 products differ by some 1e-6.
constexpr double near_tie = 2e-5;

Json golden(NetworkKind kind) {
    std::ifstream stream{std::filesystem::path{FACEMIRROR_GOLDEN} /
                         (std::string{name_of(kind)} + "_seed1.json")};
    return Json::parse(stream);
}

std::vector<std::size_t> shape_of(const Json& tensor) {
    return tensor.at("shape").get<std::vector<std::size_t>>();
}

Values expected_values(const Json& test_case) {
    Values values;
    for (const auto& [name, output] : test_case.at("outputs").items()) {
        for (const Json& row : output.at("values")) {
            for (const Json& value : row) {
                values[name].push_back(value.get<float>());
            }
        }
    }
    return values;
}

/// The largest difference of one output.
double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size() || a.empty()) {
        return INFINITY;
    }
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(static_cast<double>(a[i]) - b[i]);
        largest = std::isnan(difference) ? INFINITY : std::max(largest, difference);
    }
    return largest;
}

/// The test networks, written once for all tests.
class ImportedNetworks : public testing::Test {
protected:
    static void SetUpTestSuite() { s_folder = new TemporaryFolder; }
    static void TearDownTestSuite() {
        delete s_folder;
        s_folder = nullptr;
    }

    static std::filesystem::path write(NetworkKind kind, const ImportOptions& options) {
        const auto file = *s_folder / (std::string{name_of(kind)} + std::to_string(options.star_side_px) +
                                       (options.form == GraphForm::named ? "_named" : "") + ".onnx");
        if (!std::filesystem::exists(file)) {
            const auto container = *s_folder / (std::string{name_of(kind)} + ".pth");
            if (!std::filesystem::exists(container)) {
                // One network in the old container, two in the new one.
                kind == NetworkKind::retinaface ? write_legacy(container, make_test_weights(weights_of(kind)))
                                                : write_zip(container, make_test_weights(weights_of(kind)));
            }
            const ImportedNetwork network = build_network(kind, Checkpoint::read(container), options);
            std::ofstream{file, std::ios::binary}.write(reinterpret_cast<const char*>(network.onnx.data()),
                                                        static_cast<std::streamsize>(network.onnx.size()));
        }
        return file;
    }

    /// Runs a case of a golden file.
    static Values run(NetworkKind kind, const Json& test_case, GraphForm form) {
        NetworkOptions options;
        options.input_shape = shape_of(test_case);
        const auto& shape = options.input_shape;
        const int side_px = kind == NetworkKind::star ? static_cast<int>(shape[3]) : 256;
        const auto network = open_network(write(kind, {side_px, form}), options);
        const auto picture = make_test_picture(static_cast<int>(shape[0]), static_cast<int>(shape[1]),
                                               static_cast<int>(shape[2]), static_cast<int>(shape[3]),
                                               test_case.at("picture_seed").get<std::uint64_t>());
        std::ranges::copy(picture, network->input(0).begin());
        network->run();
        Values values;
        for (std::size_t i = 0; i < network->outputs().size(); ++i) {
            const auto output = network->output(i);
            values[network->outputs()[i].name] = {output.begin(), output.end()};
            EXPECT_EQ(network->outputs()[i].shape,
                      shape_of(test_case.at("outputs").at(network->outputs()[i].name)));
        }
        return values;
    }

    /// Runs `check(found, expected, case)` for all cases and both forms of a network.
    template <typename Check>
    static void for_each_case(NetworkKind kind, const Check& check) {
        const Json file = golden(kind);
        ASSERT_FALSE(file.at("cases").empty());
        for (const Json& test_case : file.at("cases")) {
            for (const GraphForm form : {GraphForm::folded, GraphForm::named}) {
                SCOPED_TRACE(test_case.at("shape").dump() +
                             (form == GraphForm::named ? " unfolded" : " folded"));
                check(run(kind, test_case, form), expected_values(test_case), test_case);
            }
        }
    }

    static TemporaryFolder* s_folder;
};

TemporaryFolder* ImportedNetworks::s_folder = nullptr;

/// Prints what was reached, so that a report can quote it.
void note(const std::string& what, double difference) {
    static std::map<std::string, double> largest;
    largest[what] = std::max(largest[what], difference);
    testing::Test::RecordProperty(what, std::to_string(largest[what]));
}

TEST_F(ImportedNetworks, RetinaFaceEqualsPyTorch) {
    constexpr double tolerance = 1e-4; // of raw outputs: prior widths and scores
    for_each_case(NetworkKind::retinaface, [&](const Values& found, const Values& expected, const Json&) {
        for (const char* name : {"loc", "conf", "landms"}) {
            const double difference = largest_difference(found.at(name), expected.at(name));
            note(name, difference);
            EXPECT_LE(difference, tolerance) << name;
        }
    });
}

TEST_F(ImportedNetworks, StarEqualsPyTorch) {
    constexpr double tolerance_px = 5e-3;   // of the crop
    constexpr double heat_tolerance = 1e-4; // relative to the largest heat
    for_each_case(NetworkKind::star, [&](const Values& found, const Values& expected, const Json& test_case) {
        const double half_side_px = static_cast<double>(shape_of(test_case)[3]) / 2;
        for (const char* name : {"landmarks", "spread"}) {
            const double difference_px = largest_difference(found.at(name), expected.at(name)) * half_side_px;
            note(name, difference_px);
            EXPECT_LE(difference_px, tolerance_px) << name;
        }
        const double most = std::ranges::max(expected.at("heat"));
        const double difference = largest_difference(found.at("heat"), expected.at("heat")) / most;
        note("heat", difference);
        EXPECT_LE(difference, heat_tolerance);
    });
}

/// One row of eight action units per picture; a picture whose graph hangs on rounding is left out.
void check_action_units(const Values& found, const Values& expected, const std::vector<double>& margins,
                        double tolerance) {
    constexpr std::size_t units = 8;
    std::size_t compared = 0;
    for (std::size_t picture = 0; picture < margins.size(); ++picture) {
        if (margins[picture] < near_tie) {
            continue;
        }
        ++compared;
        for (std::size_t i = picture * units; i < (picture + 1) * units; ++i) {
            EXPECT_NEAR(found.at("au").at(i), expected.at("au").at(i), tolerance) << i;
        }
    }
    EXPECT_GT(compared, 0U) << "every picture of the golden file is a near-tie";
}

TEST_F(ImportedNetworks, MtlEqualsPyTorch) {
    constexpr double tolerance = 1e-4; // logits, radians and scores
    for_each_case(NetworkKind::mtl, [&](const Values& found, const Values& expected, const Json& test_case) {
        for (const char* name : {"emotion", "gaze"}) {
            const double difference = largest_difference(found.at(name), expected.at(name));
            note(name, difference);
            EXPECT_LE(difference, tolerance) << name;
        }
        note("au", largest_difference(found.at("au"), expected.at("au")));
        check_action_units(found, expected, test_case.at("edge_margins").get<std::vector<double>>(),
                           tolerance);
    });
}

TEST_F(ImportedNetworks, TheOutputsDependOnThePicture) {
    const Json test_case = golden(NetworkKind::mtl).at("cases").at(0);
    const Values values = run(NetworkKind::mtl, test_case, GraphForm::folded);
    const auto& emotion = values.at("emotion");
    ASSERT_EQ(emotion.size(), 16U);
    double largest = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        largest = std::max<double>(largest, std::abs(emotion[i] - emotion[i + 8]));
    }
    EXPECT_GT(largest, 1e-2); // else the comparison above would not see the backbone
}

TEST_F(ImportedNetworks, ABatchEqualsItsPicturesOneByOne) {
    constexpr double tolerance = 1e-5; // the engine may choose other kernels for another batch
    for (const NetworkKind kind : {NetworkKind::retinaface, NetworkKind::mtl}) {
        const auto file = write(kind, {});
        const std::vector<std::size_t> single{1, 3, 224, 224};
        const auto pictures = make_test_picture(2, 3, 224, 224, 11);
        const auto both = open_network(file, {.input_shape = {2, 3, 224, 224}});
        const auto one = open_network(file, {.input_shape = single});
        std::ranges::copy(pictures, both->input(0).begin());
        both->run();
        const std::size_t size = pictures.size() / 2;
        for (std::size_t picture = 0; picture < 2; ++picture) {
            std::copy_n(pictures.begin() + static_cast<std::ptrdiff_t>(picture * size), size,
                        one->input(0).begin());
            one->run();
            for (std::size_t i = 0; i < one->outputs().size(); ++i) {
                const auto expected = one->output(i);
                const auto found = both->output(i).subspan(picture * expected.size(), expected.size());
                EXPECT_LE(
                    largest_difference({found.begin(), found.end()}, {expected.begin(), expected.end()}),
                    tolerance)
                    << name_of(kind) << " " << one->outputs()[i].name << " of picture " << picture;
            }
        }
    }
}

} // namespace
} // namespace facemirror
