// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/star_decoder.hpp>

#include <facemirror/graph/detail/coordinates.hpp>

namespace facemirror::detail {

namespace {

constexpr float least_heat = 1e-6F;
const std::string decoder = "decode/"; // the nodes' common prefix

/// The heat of all maps summed over one of their axes.
struct Profile {
    std::string axis;
    Value heat; ///< [N,98,side].
};

class Decoder {
public:
    Decoder(OnnxBuilder& builder, std::size_t side)
        : m_builder{&builder}, m_grid{builder.constant("grid", {static_cast<std::int64_t>(side)},
                                                       std::span<const double>{line_grid(side)})} {}

    Value sum(const std::string& name, const Value& x, std::int64_t axis, std::int64_t keep) {
        return m_builder->node("ReduceSum", decoder + name, {x, m_builder->integers({axis})},
                               {{"keepdims", keep}});
    }

    Value op(const char* type, const std::string& name, const Value& a, const Value& b) {
        return m_builder->node(type, decoder + name, {a, b});
    }

    Value centroid(const Profile& profile, const Value& heat) {
        const Value moment =
            sum(profile.axis + ".moment", op("Mul", profile.axis + ".weighted", profile.heat, m_grid), 2, 1);
        return op("Div", profile.axis, moment, heat);
    }

    /// The sum of heat x squared distance from the centroid along one axis.
    Value second_moment(const Profile& profile, const Value& centroid) {
        const Value distance = op("Sub", profile.axis + ".distance", m_grid, centroid);
        const Value squared = op("Mul", profile.axis + ".squared", distance, distance);
        return sum(profile.axis + ".second_moment",
                   op("Mul", profile.axis + ".scattered", profile.heat, squared), 2, 1);
    }

private:
    OnnxBuilder* m_builder;
    Value m_grid;
};

} // namespace

DecodedHeat decode_heat(OnnxBuilder& builder, const Value& maps, std::size_t side) {
    Decoder decode{builder, side};
    const Profile columns{"x", decode.sum("columns", maps, 2, 0)};
    const Profile rows{"y", decode.sum("rows", maps, 3, 0)};
    const Value heat = decode.sum("heat", rows.heat, 2, 1);
    const Value safe = decode.op("Max", "safe_heat", heat, builder.scalar("least_heat", least_heat));
    const Value x = decode.centroid(columns, safe);
    const Value y = decode.centroid(rows, safe);
    const Value moment =
        decode.op("Add", "second_moment", decode.second_moment(columns, x), decode.second_moment(rows, y));
    const Value variance = decode.op("Div", "variance", moment, safe);
    const Value spread = builder.node("Sqrt", decoder + "deviation", {variance});
    const Value last_axis = builder.integers({2});
    return {builder.node("Squeeze", decoder + "heat_per_point", {heat, last_axis}),
            builder.node("Squeeze", decoder + "spread", {spread, last_axis}),
            builder.node("Concat", decoder + "landmarks", {x, y}, {{"axis", std::int64_t{2}}})};
}

} // namespace facemirror::detail
