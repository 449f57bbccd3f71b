// SPDX-License-Identifier: Apache-2.0
#include <facemirror/detect/detail/blazeface.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace facemirror::blazeface {

namespace {

void add_grid(std::vector<Point>& anchors, int cells, int per_cell) {
    for (int y = 0; y < cells; ++y) {
        for (int x = 0; x < cells; ++x) {
            anchors.insert(anchors.end(), static_cast<std::size_t>(per_cell),
                           Point{(x + 0.5) / cells, (y + 0.5) / cells});
        }
    }
}

double score_of(float logit) {
    return 1 / (1 + std::exp(-std::clamp(static_cast<double>(logit), -100.0, 100.0)));
}

Face face_at(std::span<const float> values, Point anchor, int input_px, double score) {
    const auto scaled = [&](std::size_t i) { return static_cast<double>(values[i]) / input_px; };
    const auto point = [&](std::size_t i) { return Point{scaled(i) + anchor.x, scaled(i + 1) + anchor.y}; };
    const Point center = point(0);
    const Point half{scaled(2) / 2, scaled(3) / 2};
    Face face{{center.x - half.x, center.y - half.y, center.x + half.x, center.y + half.y}, score, {}};
    for (std::size_t i = 4; i < values_per_anchor; i += 2) {
        face.points.push_back(point(i));
    }
    return face;
}

/// The mean of faces of which each counts by its score; the first one's score stays.
Face weighted_mean(std::span<const Face> faces) {
    Face mean{{}, faces.front().score, std::vector<Point>(faces.front().points.size())};
    double total = 0;
    for (const Face& face : faces) {
        total += face.score;
    }
    for (const Face& face : faces) {
        const double share = face.score / total;
        mean.box.x1 += share * face.box.x1;
        mean.box.y1 += share * face.box.y1;
        mean.box.x2 += share * face.box.x2;
        mean.box.y2 += share * face.box.y2;
        for (std::size_t i = 0; i < mean.points.size(); ++i) {
            mean.points[i] = mean.points[i] + share * face.points[i];
        }
    }
    return mean;
}

} // namespace

std::vector<Point> anchors_for(int input_px) {
    std::vector<Point> anchors;
    if (input_px == 128) {
        add_grid(anchors, 16, 2);
        add_grid(anchors, 8, 6);
    } else if (input_px == 192) {
        add_grid(anchors, 48, 1);
    }
    return anchors;
}

std::vector<Face> decode(std::span<const float> boxes, std::span<const float> logits,
                         std::span<const Point> anchors, int input_px, double min_score) {
    std::vector<Face> faces;
    for (std::size_t i = 0; i < anchors.size(); ++i) {
        const double score = score_of(logits[i]);
        if (score >= min_score) {
            faces.push_back(face_at(boxes.subspan(i * values_per_anchor, values_per_anchor), anchors[i],
                                    input_px, score));
        }
    }
    return faces;
}

std::vector<Face> join_overlapping(std::vector<Face> candidates, double min_overlap) {
    // Equal scores keep the order of their anchors: the result must not depend on the library's sort.
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Face& a, const Face& b) { return a.score > b.score; });
    std::vector<Face> joined;
    while (!candidates.empty()) {
        const Box best = candidates.front().box;
        const auto rest =
            std::stable_partition(candidates.begin() + 1, candidates.end(),
                                  [&](const Face& face) { return iou(face.box, best) > min_overlap; });
        joined.push_back(weighted_mean({candidates.begin(), rest}));
        candidates.erase(candidates.begin(), rest);
    }
    return joined;
}

} // namespace facemirror::blazeface
