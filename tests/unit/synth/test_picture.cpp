// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/color.hpp>

#include "drawn_face.hpp"

#include <gtest/gtest.h>

namespace facemirror::testing {
namespace {

// A photograph whose colour tells its position.
Frame gradient_photo(int width, int height) {
    Frame photo = make_frame(rgb_layout(width, height));
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            put(photo, x, y, {static_cast<float>(x) / 2, static_cast<float>(y) / 2, 30});
        }
    }
    return photo;
}

TEST(Sample, ReproducesPixelsAndStraightLines) {
    Picture picture{20, 16};
    for (int y = 0; y < 16; ++y) {
        for (int x = 0; x < 20; ++x) {
            picture.at(x, y) = {static_cast<float>(3 * x), static_cast<float>(5 * y), 7};
        }
    }
    EXPECT_EQ(sample(picture, {7, 9}), picture.at(7, 9));
    const Color between = sample(picture, {7.3, 9.8});
    EXPECT_NEAR(between[0], 21.9, 1e-4);
    EXPECT_NEAR(between[1], 49, 1e-4);
    EXPECT_EQ(sample(picture, {-100, -1e9})[2], 7);
}

TEST(MakeBase, ShowsTheEyesAtTheAskedSizeAndPlace) {
    Framing framing;
    framing.width = 320;
    framing.height = 240;
    framing.eye_px = 100;
    const Base base = make_base(gradient_photo(400, 300), schematic_face({150, 100}, 60), framing);
    EXPECT_NEAR(distance(base.points[60], base.points[72]), 100, 1e-6);
    EXPECT_NEAR(middle(base.points[60], base.points[72]).x, 159.5, 0.5);
    // The picture moved with the points: its colour at point 54 is the photograph's position of 54.
    const Point in_photo = schematic_face({150, 100}, 60)[54];
    EXPECT_NEAR(base.at(base.points[54])[0], in_photo.x / 2, 0.5);
    EXPECT_NEAR(base.at(base.points[54])[1], in_photo.y / 2, 0.5);
}

TEST(MakeBase, AveragesALargePhotograph) {
    Framing framing;
    framing.width = 128;
    framing.height = 128;
    framing.eye_px = 40;
    const Base base = make_base(gradient_photo(480, 480), schematic_face({220, 180}, 160), framing);
    const Point in_photo = schematic_face({220, 180}, 160)[76];
    EXPECT_NEAR(base.at(base.points[76])[0], in_photo.x / 2, 0.5);
    EXPECT_NEAR(base.at(base.points[76])[1], in_photo.y / 2, 0.5);
}

TEST(MakeBase, MakesASymmetricFaceOutOfThePatientsLeftHalf) {
    Framing framing;
    framing.width = 200;
    framing.height = 200;
    framing.eye_px = 80;
    framing.symmetric = true;
    Landmarks points = schematic_face({150, 100}, 60);
    points[76].y += 5; // the face is not symmetric
    const Base base = make_base(gradient_photo(300, 300), points, framing);
    const Midline line{{99.5, 0}, {0, 1}};
    for (std::size_t k = 0; k < wflw::size; ++k) {
        EXPECT_LT(distance(line.reflect(base.points[k]), base.points[wflw::partner[k]]), 1e-9);
    }
    const Frame still = still_of(base);
    for (int x = 0; x < 100; ++x) {
        const auto* row = still.planes[2].data + 77 * still.planes[2].stride;
        EXPECT_EQ(row[x], row[199 - x]);
    }
    EXPECT_GT(still.planes[2].data[120], 70); // red grows to the image's right: the left half was replaced
}

} // namespace
} // namespace facemirror::testing
