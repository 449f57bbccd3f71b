// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/report/csv.hpp>
#include <facemirror/report/openface_table.hpp>

#include <support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>

namespace facemirror {
namespace {

namespace fs = std::filesystem;

class Tables : public testing::Test {
protected:
    [[nodiscard]] static std::string content(const fs::path& file) {
        std::ifstream stream{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }
    [[nodiscard]] bool is_empty() const { return fs::is_empty(folder.path()); }

    TemporaryFolder folder;
};

TEST_F(Tables, AFileAppearsOnlyWhenItIsPublished) {
    AtomicFile file{folder / "a.txt"};
    file.write("hello");
    file.close();
    EXPECT_FALSE(fs::exists(folder / "a.txt"));
    file.publish();
    EXPECT_EQ(content(folder / "a.txt"), "hello");
    EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST_F(Tables, AFileThatIsNotPublishedLeavesNothing) {
    {
        AtomicFile file{folder / "a.txt"};
        file.write("hello");
    }
    EXPECT_TRUE(is_empty());
}

TEST_F(Tables, AMissingFolderIsAnOutputErrorThatNamesTheFile) {
    try {
        AtomicFile file{folder / "none" / "a.txt"};
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::output);
        EXPECT_NE(std::string{error.what()}.find("a.txt"), std::string::npos);
    }
}

TEST_F(Tables, AFullDiskIsAnOutputError) {
    // The temporary name is made a link to the device that is always full.
    fs::create_symlink("/dev/full", folder / ".a.txt.part");
    AtomicFile file{folder / "a.txt"};
    file.write("hello");
    try {
        file.publish();
        FAIL() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::output);
    }
    EXPECT_FALSE(fs::exists(folder / "a.txt"));
}

TEST_F(Tables, NumbersReadBackToTheSameValue) {
    for (const double value : {0.1, 1.0 / 3, 1e-300, 123456.789, -2.5, 1e22}) {
        std::string text;
        append_number(text, value);
        EXPECT_EQ(std::stod(text), value) << text;
    }
}

TEST_F(Tables, MissingIsNanAndNeverZero) {
    std::string text;
    append_number(text, std::numeric_limits<double>::quiet_NaN());
    append_number(text, -std::numeric_limits<double>::quiet_NaN());
    append_number(text, std::numeric_limits<double>::infinity());
    EXPECT_EQ(text, "nannannan");
}

TEST_F(Tables, ARowWithTooFewCellsIsABug) {
    CsvWriter csv{folder / "a.csv", {"a", "b"}};
    csv.integer(1);
    EXPECT_THROW(csv.end_row(), std::logic_error);
}

TEST_F(Tables, WritesCellsInOrder) {
    CsvWriter csv{folder / "a.csv", {"frame", "pts_s", "status", "x"}};
    csv.integer(7).fixed(0.5, 6).text("ok").number(0.25);
    csv.end_row();
    csv.publish();
    EXPECT_EQ(content(folder / "a.csv"), "frame,pts_s,status,x\n7,0.500000,ok,0.25\n");
    EXPECT_EQ(csv.rows(), 1);
}

TEST_F(Tables, TheOpenFaceTableHasFortyOneColumnsAndCrlf) {
    OpenFaceTable table{folder / "a.csv"};
    std::array<double, 18> intensities{};
    std::array<double, 18> occurrences{};
    occurrences.fill(std::numeric_limits<double>::quiet_NaN());
    intensities[8] = 2.5;
    table.add(0, 0, 0.9, true, intensities, occurrences);
    table.publish();
    const std::string text = content(folder / "a.csv");
    const std::string header = text.substr(0, text.find("\r\n"));
    EXPECT_EQ(std::count(header.begin(), header.end(), ','), 40);
    EXPECT_EQ(
        header,
        "frame,face_id,timestamp,confidence,success,"
        "AU01_r,AU02_r,AU04_r,AU05_r,AU06_r,AU07_r,AU09_r,AU10_r,AU12_r,AU14_r,AU15_r,AU16_r,AU17_r,AU20_r,"
        "AU23_r,AU25_r,AU26_r,AU45_r,"
        "AU01_c,AU02_c,AU04_c,AU05_c,AU06_c,AU07_c,AU09_c,AU10_c,AU12_c,AU14_c,AU15_c,AU16_c,AU17_c,AU20_c,"
        "AU23_c,AU25_c,AU26_c,AU45_c");
    EXPECT_EQ(text.substr(header.size() + 2),
              "0,0,0,0.9,1,0,0,0,0,0,0,0,0,2.5,0,0,0,0,0,0,0,0,0,"
              "nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan,nan\r\n");
}

} // namespace
} // namespace facemirror
