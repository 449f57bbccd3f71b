// SPDX-License-Identifier: Apache-2.0
#include <facemirror/detect/detail/retinaface.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace facemirror {
namespace {

using namespace retinaface;

constexpr double tolerance_px = 1e-5;

TEST(RetinaFacePriors, AreAsManyAsPublished) {
    EXPECT_EQ((PriorGrid{640, 640}.size()), 16'800U);
    EXPECT_EQ((PriorGrid{1920, 1080}.size()), 85'200U);
    EXPECT_EQ((PriorGrid{320, 320}.size()), 4'200U);
}

TEST(RetinaFacePriors, RoundUpTheCellsOfOddSizes) {
    EXPECT_EQ((PriorGrid{33, 17}.size()), 2U * (5 * 3 + 3 * 2 + 2 * 1));
    EXPECT_EQ((PriorGrid{17, 33}.size()), 2U * (5 * 3 + 3 * 2 + 2 * 1));
    EXPECT_EQ((PriorGrid{1, 1}.size()), 6U);
}

void expect_prior(const Prior& prior, Point center, double side) {
    EXPECT_EQ(prior.center, center);
    EXPECT_EQ(prior.side, side);
}

TEST(RetinaFacePriors, GoByLevelRowColumnAndSize) {
    const PriorGrid priors{40, 32}; // cells: 5 x 4, 3 x 2, 2 x 1
    ASSERT_EQ(priors.size(), 2U * (20 + 6 + 2));
    expect_prior(priors[0], {4, 4}, 16);
    expect_prior(priors[1], {4, 4}, 32);
    expect_prior(priors[2], {12, 4}, 16);
    expect_prior(priors[10], {4, 12}, 16);
    expect_prior(priors[39], {36, 28}, 32);
    expect_prior(priors[40], {8, 8}, 64);
    expect_prior(priors[41], {8, 8}, 128);
    expect_prior(priors[46], {8, 24}, 64);
    expect_prior(priors[52], {16, 16}, 256);
    expect_prior(priors[55], {48, 16}, 512);
}

/// The network's answers for an input of 40 x 32 px: no face anywhere.
struct MadeUpAnswers {
    PriorGrid priors{40, 32};
    std::vector<float> boxes = std::vector<float>(priors.size() * box_values);
    std::vector<float> scores = std::vector<float>(priors.size() * score_values);
    std::vector<float> points = std::vector<float>(priors.size() * point_values);

    [[nodiscard]] Answers answers() const { return {boxes, scores, points}; }
    void put(std::size_t prior, float score, const std::array<float, 4>& box) {
        scores[prior * score_values] = 1 - score;
        scores[prior * score_values + 1] = score;
        std::ranges::copy(box, boxes.begin() + static_cast<std::ptrdiff_t>(prior * box_values));
    }
};

TEST(RetinaFaceDecoding, MovesAndScalesThePriorAsWorkedOutByHand) {
    MadeUpAnswers made;
    // Centre 4 + 0.1 * 16 * 1 and 4 - 0.1 * 16 * 2; width 16 e^0, height 16 e^(0.2 * 5 ln 2) = 32.
    made.put(0, 0.95F, {1, -2, 0, 5 * std::log(2.0F)});
    made.put(52, 0.91F, {-0.5F, 0, 0, 0}); // 16 - 0.1 * 256 / 2
    const auto found = find_candidates(made.answers(), made.priors, 0.9);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].prior, 0U);
    EXPECT_FLOAT_EQ(static_cast<float>(found[0].score), 0.95F);
    EXPECT_NEAR(found[0].box.x1, 5.6 - 8, tolerance_px);
    EXPECT_NEAR(found[0].box.y1, 0.8 - 16, tolerance_px);
    EXPECT_NEAR(found[0].box.x2, 5.6 + 8, tolerance_px);
    EXPECT_NEAR(found[0].box.y2, 0.8 + 16, tolerance_px);
    EXPECT_NEAR(found[1].box.center().x, 3.2, tolerance_px);
    EXPECT_NEAR(found[1].box.width(), 256, tolerance_px);
}

TEST(RetinaFaceDecoding, PlacesTheFivePoints) {
    MadeUpAnswers made;
    for (std::size_t i = 0; i < point_values; ++i) {
        made.points[2 * point_values + i] = static_cast<float>(i);
    }
    const auto points = points_of(made.answers(), made.priors[2], 2); // centre (12, 4), side 16
    ASSERT_EQ(points.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_NEAR(points[i].x, 12 + 1.6 * static_cast<double>(2 * i), tolerance_px);
        EXPECT_NEAR(points[i].y, 4 + 1.6 * static_cast<double>(2 * i + 1), tolerance_px);
    }
}

TEST(RetinaFaceDecoding, TakesOnlyScoresAboveTheThreshold) {
    MadeUpAnswers made;
    made.put(3, 0.5F, {});
    made.put(4, std::nextafter(0.5F, 1.0F), {});
    made.put(5, std::numeric_limits<float>::quiet_NaN(), {});
    const auto found = find_candidates(made.answers(), made.priors, 0.5);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].prior, 4U);
}

TEST(RetinaFaceDecoding, TakesNoBoxThatIsNotFinite) {
    MadeUpAnswers made;
    made.put(0, 1, {std::numeric_limits<float>::quiet_NaN(), 0, 0, 0});
    made.put(1, 1, {0, 0, 1e30F, 0});
    made.put(2, 1, {0, std::numeric_limits<float>::infinity(), 0, 0});
    EXPECT_TRUE(find_candidates(made.answers(), made.priors, 0.9).empty());
}

std::vector<std::size_t> kept(std::vector<Candidate> candidates, double max_overlap = 0.4) {
    std::vector<std::size_t> priors;
    for (const Candidate& candidate : drop_overlapping(std::move(candidates), max_overlap)) {
        priors.push_back(candidate.prior);
    }
    return priors;
}

using Priors = std::vector<std::size_t>;

TEST(RetinaFaceOverlap, CountsWholePixels) {
    const Box whole{0, 0, 9, 9}; // 10 x 10 px
    EXPECT_EQ(kept({{whole, 0.9, 0}, {{0, 0, 9, 3}, 0.8, 1}}), (Priors{0, 1})) << "40 of 100: not above 0.4";
    EXPECT_EQ(kept({{whole, 0.9, 0}, {{0, 0, 9, 3.1}, 0.8, 1}}), (Priors{0})) << "41 of 100";
    EXPECT_EQ(kept({{{3, 3, 3, 3}, 0.9, 0}, {{3, 3, 3, 3}, 0.8, 1}}), (Priors{0})) << "one pixel each";
    EXPECT_EQ(kept({{{0, 0, 4, 4}, 0.9, 0}, {{5, 0, 9, 4}, 0.8, 1}}, 0), (Priors{0, 1})) << "neighbours";
    EXPECT_EQ(kept({{{0, 0, 4, 4}, 0.9, 0}, {{4, 0, 9, 4}, 0.8, 1}}, 0), (Priors{0})) << "a common column";
}

TEST(RetinaFaceOverlap, PutsTheBestFirstAndKeepsTheOrderOfEqualScores) {
    const Box here{0, 0, 9, 9};
    const Box there{100, 0, 109, 9};
    EXPECT_EQ(kept({{here, 0.91, 0}, {there, 0.99, 1}}), (Priors{1, 0}));
    EXPECT_EQ(kept({{here, 0.95, 0}, {there, 0.95, 1}, {here, 0.95, 2}, {there, 0.95, 3}}), (Priors{0, 1}));
}

TEST(RetinaFaceOverlap, LetsADroppedCandidateDropNobody) {
    // The second overlaps both others, which do not overlap each other.
    EXPECT_EQ(kept({{{0, 0, 9, 9}, 0.99, 0}, {{5, 0, 14, 9}, 0.95, 1}, {{10, 0, 19, 9}, 0.91, 2}}, 0.3),
              (Priors{0, 2}));
}

TEST(RetinaFaceOverlap, OfNobodyIsNobody) {
    EXPECT_TRUE(drop_overlapping({}, 0.4).empty());
}

/// The definition, word by word.
Priors kept_plainly(std::vector<Candidate> candidates, double max_overlap) {
    std::ranges::stable_sort(candidates, std::greater<>{}, &Candidate::score);
    std::vector<Candidate> rest = candidates;
    Priors priors;
    while (!rest.empty()) {
        const Candidate best = rest.front();
        priors.push_back(best.prior);
        std::erase_if(rest, [&](const Candidate& c) {
            const double w = std::min(c.box.x2, best.box.x2) - std::max(c.box.x1, best.box.x1) + 1;
            const double h = std::min(c.box.y2, best.box.y2) - std::max(c.box.y1, best.box.y1) + 1;
            const double common = std::max(0.0, w) * std::max(0.0, h);
            const double area = (c.box.width() + 1) * (c.box.height() + 1);
            const double best_area = (best.box.width() + 1) * (best.box.height() + 1);
            return c.prior == best.prior || common / (area + best_area - common) > max_overlap;
        });
    }
    return priors;
}

TEST(RetinaFaceOverlap, AgreesWithTheDefinitionOnManyBoxes) {
    std::mt19937 random{11};
    std::uniform_real_distribution<double> place{0, 400};
    std::uniform_real_distribution<double> side{5, 120};
    for (int round = 0; round < 20; ++round) {
        std::vector<Candidate> candidates;
        for (std::size_t i = 0; i < 300; ++i) {
            const Point corner{place(random), place(random)};
            const double score = 0.9 + 0.01 * static_cast<double>(random() % 10); // many are equal
            candidates.push_back(
                {{corner.x, corner.y, corner.x + side(random), corner.y + side(random)}, score, i});
        }
        const Priors expected = kept_plainly(candidates, 0.4);
        EXPECT_GT(expected.size(), 16U) << "more than one block";
        EXPECT_EQ(kept(candidates), expected);
    }
}

} // namespace
} // namespace facemirror
