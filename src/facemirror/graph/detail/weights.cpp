// SPDX-License-Identifier: Apache-2.0
#include <facemirror/graph/detail/weights.hpp>

#include <facemirror/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace facemirror::detail {

namespace {

std::vector<double> widen(const std::vector<float>& values) {
    return {values.begin(), values.end()};
}

std::size_t per_output(const ConvWeights& conv) {
    return conv.weight.size() / conv.bias.size();
}

std::size_t kernel_size(const ConvWeights& conv) {
    return static_cast<std::size_t>(conv.shape[2] * conv.shape[3]);
}

} // namespace

std::size_t Weights::index(const std::string& name) const {
    const auto found = m_checkpoint->find(name);
    expects(found.has_value(), "the names of the checkpoint were checked before its network is built");
    return *found;
}

std::vector<float> Weights::values(const std::string& name) const {
    std::vector<float> values = m_checkpoint->values(index(name));
    const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (bad != values.end()) {
        throw Error{ErrorCode::mismatch, m_checkpoint->origin() + ": " + name +
                                             ": expected finite weights, found " + std::to_string(*bad)};
    }
    return values;
}

const std::vector<std::int64_t>& Weights::shape(const std::string& name) const {
    return m_checkpoint->entries()[index(name)].shape;
}

bool Weights::has_bias(const std::string& name) const {
    return m_checkpoint->find(name + ".bias").has_value();
}

ConvWeights Weights::conv(const std::string& name) const {
    ConvWeights conv;
    conv.shape = shape(name + ".weight");
    conv.weight = widen(values(name + ".weight"));
    conv.bias = has_bias(name) ? widen(values(name + ".bias"))
                               : std::vector<double>(static_cast<std::size_t>(conv.shape[0]), 0.0);
    return conv;
}

NormWeights Weights::norm(const std::string& name, double epsilon) const {
    const std::vector<float> mean = values(name + ".running_mean");
    const std::vector<float> variance = values(name + ".running_var");
    NormWeights norm{widen(values(name + ".weight")), widen(values(name + ".bias"))};
    for (std::size_t i = 0; i < mean.size(); ++i) {
        if (variance[i] < 0) {
            throw Error{ErrorCode::mismatch, m_checkpoint->origin() + ": " + name +
                                                 ".running_var: expected variances of at least 0, found " +
                                                 std::to_string(variance[i])};
        }
        norm.scale[i] /= std::sqrt(variance[i] + epsilon);
        norm.shift[i] -= norm.scale[i] * mean[i];
    }
    return norm;
}

void Weights::check_range(const std::string& name, const ConvWeights& folded) const {
    const auto fits = [](double value) { return std::abs(value) <= std::numeric_limits<float>::max(); };
    if (!std::ranges::all_of(folded.weight, fits) || !std::ranges::all_of(folded.bias, fits)) {
        throw Error{ErrorCode::mismatch, m_checkpoint->origin() + ": " + name +
                                             ".weight: expected float32 weights when the norm behind it is "
                                             "folded in, found larger ones"};
    }
}

ConvWeights fold(ConvWeights conv, const NormWeights& norm) {
    expects(norm.scale.size() == conv.bias.size(), "a folded norm has the channels of its convolution");
    const std::size_t count = per_output(conv);
    for (std::size_t i = 0; i < conv.weight.size(); ++i) {
        conv.weight[i] *= norm.scale[i / count];
    }
    for (std::size_t out = 0; out < conv.bias.size(); ++out) {
        conv.bias[out] = conv.bias[out] * norm.scale[out] + norm.shift[out];
    }
    return conv;
}

ConvWeights fold_input_scale(ConvWeights conv, const std::vector<double>& scale) {
    expects(scale.size() == static_cast<std::size_t>(conv.shape[1]), "one scale for each input channel");
    const std::size_t kernel = kernel_size(conv);
    for (std::size_t i = 0; i < conv.weight.size(); ++i) {
        conv.weight[i] /= scale[i / kernel % scale.size()];
    }
    return conv;
}

ConvWeights input_channels(const ConvWeights& conv, std::int64_t first, std::int64_t count) {
    ConvWeights part{{conv.shape[0], count, conv.shape[2], conv.shape[3]}, {}, conv.bias};
    const std::size_t kernel = kernel_size(conv);
    const std::size_t begin = static_cast<std::size_t>(first) * kernel;
    const std::size_t size = static_cast<std::size_t>(count) * kernel;
    for (std::size_t out = 0; out < conv.bias.size(); ++out) {
        const auto row = conv.weight.begin() + static_cast<std::ptrdiff_t>(out * per_output(conv) + begin);
        part.weight.insert(part.weight.end(), row, row + static_cast<std::ptrdiff_t>(size));
    }
    return part;
}

} // namespace facemirror::detail
