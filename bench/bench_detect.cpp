// SPDX-License-Identifier: Apache-2.0
#include <facemirror/detect/detail/retinaface.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace facemirror {
namespace {

using namespace retinaface;

// What the network says about a 1080p frame (design.md 6): bench/detect_postprocessing.py makes the same kind
// of numbers for the same work in Python.
struct MadeUpAnswers {
    PriorGrid priors{1920, 1080};
    std::vector<float> boxes = std::vector<float>(priors.size() * box_values);
    std::vector<float> scores = std::vector<float>(priors.size() * score_values);
    std::vector<float> points = std::vector<float>(priors.size() * point_values);
    std::mt19937 random{1};

    /// Small scores and small shifts everywhere.
    MadeUpAnswers() {
        std::normal_distribution<float> value;
        std::ranges::generate(boxes, [&] { return value(random); });
        std::ranges::generate(points, [&] { return value(random); });
        for (std::size_t i = 0; i < priors.size(); ++i) {
            put_score(i, 0.3F * std::pow(uniform(), 8.0F));
        }
    }

    float uniform() { return std::uniform_real_distribution<float>{0, 1}(random); }

    void put_score(std::size_t i, float score) {
        scores[i * score_values] = 1 - score;
        scores[i * score_values + 1] = score;
    }

    /// Priors near the middle of a face answer with that face, a little shaken.
    void add_face(Point center, double side) {
        for (std::size_t i = 0; i < priors.size(); ++i) {
            const Prior prior = priors[i];
            const bool is_near = distance(prior.center, center) < 0.42 * side;
            if (!is_near || prior.side < 0.5 * side || prior.side > 2 * side) {
                continue;
            }
            const auto shaken = [&](double v) { return static_cast<float>(v) + 0.1F * (uniform() - 0.5F); };
            const Point shift = (10 / prior.side) * (center - prior.center);
            const double growth = 5 * std::log(side / prior.side);
            boxes[i * box_values] = shaken(shift.x);
            boxes[i * box_values + 1] = shaken(shift.y);
            boxes[i * box_values + 2] = shaken(growth);
            boxes[i * box_values + 3] = shaken(growth);
            put_score(i, 0.9F + 0.0999F * uniform());
        }
    }

    [[nodiscard]] Answers answers() const { return {boxes, scores, points}; }
};

void run(benchmark::State& state, const MadeUpAnswers& made) {
    std::size_t candidates = 0;
    std::size_t faces = 0;
    for (auto _ : state) {
        auto found = find_candidates(made.answers(), made.priors, 0.9);
        candidates = found.size();
        const auto kept = drop_overlapping(std::move(found), 0.4);
        faces = kept.size();
        for (const Candidate& face : kept) {
            auto points = points_of(made.answers(), made.priors[face.prior], face.prior);
            benchmark::DoNotOptimize(points.data());
        }
    }
    state.counters["candidates"] = static_cast<double>(candidates);
    state.counters["faces"] = static_cast<double>(faces);
}

// 7 faces give about 200 candidates, 100 are a school class photographed at once.
void faces_in_frame(benchmark::State& state) {
    MadeUpAnswers made;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        const auto at = static_cast<double>(i);
        made.add_face({150 + 170 * std::fmod(at, 10), 60 + 105 * std::floor(at / 10)},
                      56 + 6 * std::fmod(at, 7));
    }
    run(state, made);
}
BENCHMARK(faces_in_frame)->Arg(0)->Arg(1)->Arg(7)->Arg(100)->Unit(benchmark::kMicrosecond);

// Every prior is a candidate, as from a broken network: no limit on their number, but an end.
void every_prior(benchmark::State& state) {
    MadeUpAnswers made;
    for (std::size_t i = 0; i < made.priors.size(); ++i) {
        made.put_score(i, 0.9F + 0.0999F * made.uniform());
    }
    run(state, made);
}
BENCHMARK(every_prior)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace facemirror
