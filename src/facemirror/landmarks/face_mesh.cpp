// SPDX-License-Identifier: Apache-2.0
#include <facemirror/landmarks/face_mesh.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/landmarks/detail/mesh_tables.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace facemirror {

namespace {

struct OutputForm {
    std::string_view name; // or its beginning: the engine knows the mesh by two names
    std::size_t values;
};

/// In the order of FaceMesh::Output; the network names its eyes by the picture's side.
/// Source   default-models.md 3.
constexpr std::array<OutputForm, 7> forms{{{"output_mesh", 1404},
                                           {"output_lips", 160},
                                           {"output_left_eye", 142},
                                           {"output_right_eye", 142},
                                           {"output_left_iris", 10},
                                           {"output_right_iris", 10},
                                           {"conv_faceflag", 1}}};

std::size_t value_count(const TensorInfo& tensor) {
    return std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::size_t{1}, std::multiplies<>{});
}

std::size_t find_output(const Network& network, const OutputForm& form) {
    for (std::size_t i = 0; i < network.outputs().size(); ++i) {
        const TensorInfo& tensor = network.outputs()[i];
        if (tensor.name.starts_with(form.name) && value_count(tensor) == form.values) {
            return i;
        }
    }
    throw Error{ErrorCode::mismatch, "face mesh: expected an output " + std::string{form.name} + " of " +
                                         std::to_string(form.values) + " values, found none"};
}

int input_side(const Network& network) {
    const auto& inputs = network.inputs();
    const bool square = inputs.size() == 1 && inputs[0].shape.size() == 4 && inputs[0].shape[0] == 1 &&
                        inputs[0].shape[1] == inputs[0].shape[2] && inputs[0].shape[3] == 3 &&
                        inputs[0].shape[1] > 0 && inputs[0].shape[1] <= 1024;
    if (!square) {
        throw Error{ErrorCode::mismatch,
                    "face mesh: expected one input of 1 x side x side x 3, found another"};
    }
    return static_cast<int>(inputs[0].shape[1]);
}

Point3 point_at(std::span<const float> values, std::size_t i) {
    return {values[3 * i], values[3 * i + 1], values[3 * i + 2]};
}

/// Puts refined x and y in the place of the plain mesh's; depth stays.
void refine(Mesh& mesh, std::span<const std::size_t> vertices, std::span<const float> xy) {
    for (std::size_t i = 0; i < vertices.size(); ++i) {
        mesh[vertices[i]].x = xy[2 * i];
        mesh[vertices[i]].y = xy[2 * i + 1];
    }
}

void place_iris(Mesh& mesh, std::size_t first, std::span<const std::size_t> eye, std::span<const float> xy) {
    double depth = 0;
    for (std::size_t i = 0; i < mesh_tables::iris_depth_vertices; ++i) {
        depth += mesh[eye[i]].z / static_cast<double>(mesh_tables::iris_depth_vertices);
    }
    for (std::size_t i = 0; i < 5; ++i) {
        mesh[first + i] = {xy[2 * i], xy[2 * i + 1], depth};
    }
}

Mesh to_frame(const Mesh& in_crop, const CropView& view) {
    const double scale = view.roi.side / view.size_px;
    Mesh mesh;
    for (std::size_t i = 0; i < mesh.size(); ++i) {
        const Point p = view.to_frame({in_crop[i].x, in_crop[i].y});
        // In a flipped crop the network takes the patient's left side for the right one.
        const std::size_t vertex = view.flip == CropFlip::none ? i : mesh_partner[i];
        mesh[vertex] = {p.x, p.y, scale * in_crop[i].z};
    }
    return mesh;
}

} // namespace

FaceMesh::FaceMesh(std::unique_ptr<Network> network) : m_network{std::move(network)} {
    expects(m_network != nullptr, "a face mesh has a network");
    m_input_px = input_side(*m_network);
    for (std::size_t i = 0; i < output_count; ++i) {
        m_outputs[i] = find_output(*m_network, forms[i]);
    }
}

FaceMesh::Result FaceMesh::run(const RgbRegion& region, const CropView& view) {
    expects(view.size_px == m_input_px, "the view has the network's input size");
    const std::span<float> input = m_network->input(0);
    sample_crop(region, view, input);
    for (float& value : input) {
        value /= 255.0F; // Source: default-models.md 3
    }
    m_network->run();
    const auto values = [&](Output which) { return m_network->output(m_outputs[which]); };
    Mesh in_crop;
    for (std::size_t i = 0; i < 468; ++i) {
        in_crop[i] = point_at(values(mesh), i);
    }
    refine(in_crop, mesh_tables::lips, values(lips));
    refine(in_crop, mesh_tables::right_eye, values(right_eye));
    refine(in_crop, mesh_tables::left_eye, values(left_eye));
    place_iris(in_crop, mesh_tables::right_iris, mesh_tables::right_eye, values(right_iris));
    place_iris(in_crop, mesh_tables::left_iris, mesh_tables::left_eye, values(left_iris));
    return {to_frame(in_crop, view), values(flag)[0]};
}

} // namespace facemirror
