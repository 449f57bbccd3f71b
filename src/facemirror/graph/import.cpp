// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/import.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/graph/detail/architecture.hpp>
#include <facemirror/graph/detail/build.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace facemirror {

namespace {

using Use = WeightSpec::Use;

// STAR halves the picture six times, the last four of them in its hourglasses.
constexpr int star_step_px = 64;
constexpr int min_star_side_px = 128;
constexpr int max_star_side_px = 512;

std::string to_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (const std::int64_t size : shape) {
        text += (text.size() > 1 ? "," : "") + std::to_string(size);
    }
    return text + "]";
}

/// Keys that are not as they should be, of one kind.
class Complaint {
public:
    explicit Complaint(std::string kind) : m_kind{std::move(kind)} {}

    void add(const std::string& key) {
        if (++m_count <= max_listed) {
            m_list += (m_count == 1 ? "" : ", ") + key;
        }
    }

    [[nodiscard]] bool is_empty() const { return m_count == 0; }

    /// "3 missing: a, b, c"; only the first ten of many are listed.
    [[nodiscard]] std::string text() const {
        return std::to_string(m_count) + " " + m_kind + ": " + m_list + (m_count > max_listed ? ", ..." : "");
    }

private:
    static constexpr std::size_t max_listed = 10;

    std::string m_kind;
    std::size_t m_count = 0;
    std::string m_list;
};

void check_keys(NetworkKind kind, const Checkpoint& checkpoint) {
    std::array complaints{Complaint{"missing"}, Complaint{"unexpected"}, Complaint{"of another shape"}};
    auto& [missing, unexpected, misshapen] = complaints;
    std::map<std::string_view, const WeightSpec*> expected;
    for (const WeightSpec& weight : weights_of(kind)) {
        expected.emplace(weight.name, &weight);
        const auto found = checkpoint.find(weight.name);
        if (!found && weight.use != Use::counter) { // which PyTorch before 0.4.1 did not write
            missing.add(weight.name);
        }
    }
    for (const CheckpointEntry& entry : checkpoint.entries()) {
        const auto found = expected.find(entry.name);
        if (found == expected.end()) {
            unexpected.add(entry.name);
        } else if (found->second->use != Use::counter && found->second->shape != entry.shape) {
            misshapen.add(entry.name + " " + to_text(entry.shape) + " instead of " +
                          to_text(found->second->shape));
        }
    }
    std::string findings;
    for (const Complaint& complaint : complaints) {
        if (!complaint.is_empty()) {
            findings += (findings.empty() ? "" : "; ") + complaint.text();
        }
    }
    if (!findings.empty()) {
        throw Error{ErrorCode::mismatch, checkpoint.origin() + ": expected the " +
                                             std::to_string(expected.size()) + " tensors of " +
                                             name_of(kind) + ", found keys that differ; " + findings};
    }
}

/// Which point lies on which edge, points x edges, and 1 for points on none.
std::pair<std::vector<float>, std::vector<float>> edge_table() {
    using namespace detail::star;
    std::vector<float> weight(points * edges, 0.0F);
    for (std::size_t edge = 0; edge < edges; ++edge) {
        for (std::int64_t point = edge_points[edge].first; point <= edge_points[edge].last; ++point) {
            weight[static_cast<std::size_t>(point) * edges + edge] = 1.0F;
        }
    }
    std::vector<float> bias(points, 0.0F);
    std::fill(bias.begin() + first_free_point, bias.end(), 1.0F);
    return {std::move(weight), std::move(bias)};
}

/// A different table would be a network with other edges, which nothing here knows.
void check_edge_table(const detail::Weights& weights, const Checkpoint& checkpoint) {
    const auto [weight, bias] = edge_table();
    for (const auto& [key, table] :
         {std::pair{"e2h_transform.weight", &weight}, {"e2h_transform.bias", &bias}}) {
        if (weights.values(key) != *table) {
            throw Error{ErrorCode::mismatch,
                        checkpoint.origin() + ": " + key +
                            ": expected the nine edges of the 98 WFLW points, found another table"};
        }
    }
}

NetworkInterface star_interface(int side_px) {
    if (side_px % star_step_px != 0 || side_px < min_star_side_px || side_px > max_star_side_px) {
        throw Error{
            ErrorCode::unsupported,
            "STAR's input side: expected a multiple of 64 in 128..512 (192, 256, 320), found " +
                std::to_string(side_px) +
                ": its heat maps have a quarter of that side and its hourglasses halve them four times, "
                "so 224 would leave 56, 28, 14, 7 and then 3.5 pixels"};
    }
    const auto side = static_cast<std::size_t>(side_px);
    constexpr std::size_t points = detail::star::points;
    return {{"image", {0, 3, side, side}},
            "bgr",
            {{"heat", {0, points}}, {"spread", {0, points}}, {"landmarks", {0, points, 2}}},
            {}};
}

} // namespace

NetworkInterface interface_of(NetworkKind kind, int star_side_px) {
    switch (kind) {
    case NetworkKind::retinaface:
        return {{"image", {0, 3, 0, 0}},
                "bgr",
                {{"loc", {0, 0, 4}}, {"conf", {0, 0, 2}}, {"landms", {0, 0, 10}}},
                {}};
    case NetworkKind::star:
        return star_interface(star_side_px);
    case NetworkKind::mtl:
        break;
    }
    return {{"image", {0, 3, 224, 224}},
            "rgb",
            {{"emotion", {0, detail::mtl::emotions}},
             {"gaze", {0, detail::mtl::gaze_angles}},
             {"au", {0, detail::mtl::nodes}}},
            {"au_regressor/"}};
}

NetworkKind recognise(const Checkpoint& checkpoint) {
    std::optional<NetworkKind> best;
    std::ptrdiff_t most = 0;
    for (const NetworkKind kind : {NetworkKind::retinaface, NetworkKind::star, NetworkKind::mtl}) {
        const auto known = std::ranges::count_if(weights_of(kind), [&](const WeightSpec& weight) {
            return checkpoint.find(weight.name).has_value();
        });
        if (known > most) {
            most = known;
            best = kind;
        }
    }
    if (!best) {
        throw Error{ErrorCode::mismatch,
                    checkpoint.origin() + ": expected the weights of retinaface, star or mtl, found " +
                        std::to_string(checkpoint.entries().size()) + " tensors with none of their keys"};
    }
    return *best;
}

ImportedNetwork build_network(NetworkKind kind, const Checkpoint& checkpoint, const ImportOptions& options) {
    ImportedNetwork network;
    network.interface = interface_of(kind, options.star_side_px);
    check_keys(kind, checkpoint);
    network.parameters = parameter_count(weights_of(kind));
    for (const WeightSpec& weight : weights_of(kind)) {
        if (weight.use == Use::unused) {
            network.dropped.push_back(weight.name);
        }
    }
    const detail::Weights weights{checkpoint};
    switch (kind) {
    case NetworkKind::retinaface:
        network.onnx = detail::build_retinaface(weights, network.interface, options.form);
        break;
    case NetworkKind::star:
        check_edge_table(weights, checkpoint);
        network.onnx = detail::build_star(weights, network.interface, options.form);
        break;
    case NetworkKind::mtl:
        network.onnx = detail::build_mtl(weights, network.interface, options.form);
        break;
    }
    return network;
}

} // namespace facemirror
