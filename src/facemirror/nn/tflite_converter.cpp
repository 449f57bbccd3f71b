// SPDX-License-Identifier: Apache-2.0
#include <facemirror/nn/tflite_converter.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/nn/detail/mesh_operators.hpp>

#include <openvino/core/graph_util.hpp>
#include <openvino/frontend/tensorflow_lite/extension/conversion.hpp>
#include <openvino/frontend/tensorflow_lite/node_context.hpp>
#include <openvino/runtime/core.hpp>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace facemirror {

namespace {

/// The landmarks of one window; the file's own list cannot be read through the engine, so it stands here.
/// Source   default-models.md 3.
struct Window {
    const char* tensor; ///< The matrix that this window becomes in the file.
    std::vector<std::int64_t> subset;
};

const std::array<Window, 3>& windows() {
    static const std::array<Window, 3> table{
        // lips
        Window{"landmarks_to_transform_matrix_v2",
               {61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0,  267, 269, 270, 409,
                78, 95,  88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
                76, 77,  90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408,
                62, 96,  89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407}},
        // the patient's right eye
        Window{"landmarks_to_transform_matrix_v2_1",
               {33,  7,   163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25,
                110, 24,  23,  22,  26,  112, 243, 247, 30,  29,  27,  28,  56,  190, 226, 31,  228, 229,
                230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35,  124, 46,  53,  52,  65,
                143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70,  63,  105, 66,  107, 55,  193}},
        // the patient's left eye
        Window{"landmarks_to_transform_matrix_v2_2",
               {263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255,
                339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449,
                450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413, 265, 353, 276, 283, 282, 295,
                372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417}}};
    return table;
}

using Context = ov::frontend::NodeContext;
using Attention = ov::frontend::tensorflow_lite::ConversionExtension;

const std::vector<std::int64_t>& subset_of(const std::string& tensor) {
    for (const Window& window : windows()) {
        if (tensor == window.tensor) {
            return window.subset;
        }
    }
    throw Error{ErrorCode::mismatch, "attention mesh: no landmark list is known for its tensor " + tensor};
}

std::string output_tensor(const Context& context) {
    const auto& lite = dynamic_cast<const ov::frontend::tensorflow_lite::NodeContext&>(context);
    const auto decoder =
        std::dynamic_pointer_cast<ov::frontend::tensorflow_lite::DecoderBaseOperation>(lite.get_decoder());
    return decoder ? decoder->get_output_tensor_name(0) : std::string{};
}

ov::OutputVector convert_window(const Context& context) {
    if (context.get_attribute<float>("target_rotation_radians") != 0) {
        throw Error{ErrorCode::mismatch, "attention mesh: expected windows without a rotation of their own"};
    }
    detail::WindowOptions options;
    options.left = context.get_attribute<std::int64_t>("left_rotation_idx");
    options.right = context.get_attribute<std::int64_t>("right_rotation_idx");
    options.subset = subset_of(output_tensor(context));
    options.scale_x = context.get_attribute<float>("scale_x");
    options.scale_y = context.get_attribute<float>("scale_y");
    options.width = context.get_attribute<std::int64_t>("output_width");
    options.height = context.get_attribute<std::int64_t>("output_height");
    return {detail::landmarks_to_transform_matrix(context.get_input(0), options)};
}

ov::OutputVector convert_sampling(const Context& context) {
    return {detail::transform_tensor_bilinear(context.get_input(0), context.get_input(1),
                                              context.get_attribute<std::int64_t>("output_width"),
                                              context.get_attribute<std::int64_t>("output_height"))};
}

ov::OutputVector convert_landmarks(const Context& context) {
    return {detail::transform_landmarks(context.get_input(0), context.get_input(1))};
}

/// The engine names nodes by counters that run through the whole process; names by place in the network make
/// the written file depend on the network alone.
void name_by_place(const ov::Model& model) {
    std::size_t place = 0;
    for (const auto& node : model.get_ordered_ops()) {
        node->set_friendly_name(std::string{node->get_type_name()} + "_" + std::to_string(place++));
    }
}

} // namespace

void convert_tflite(const std::filesystem::path& tflite, const std::filesystem::path& xml) {
    std::shared_ptr<ov::Model> model;
    try {
        ov::Core core;
        core.add_extension(std::make_shared<Attention>("Landmarks2TransformMatrix", convert_window));
        core.add_extension(std::make_shared<Attention>("TransformTensorBilinear", convert_sampling));
        core.add_extension(std::make_shared<Attention>("TransformLandmarks", convert_landmarks));
        model = core.read_model(tflite.string());
    } catch (const ov::Exception& error) {
        throw Error{ErrorCode::mismatch,
                    tflite.string() +
                        ": expected a TensorFlow Lite network, the engine says: " + error.what()};
    }
    name_by_place(*model);
    try {
        ov::save_model(model, xml.string(), false);
    } catch (const std::exception& error) {
        throw Error{ErrorCode::output, xml.string() + ": cannot write the network: " + error.what()};
    }
}

} // namespace facemirror
