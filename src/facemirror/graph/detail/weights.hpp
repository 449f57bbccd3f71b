// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/graph/checkpoint.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace facemirror::detail {

/// The weights of a convolution or linear layer in double precision, for folding: rounded once, when written.
struct ConvWeights {
    std::vector<std::int64_t> shape; ///< Out, in (of a group), kernel height, kernel width.
    std::vector<double> weight;      ///< Row-major.
    std::vector<double> bias;        ///< One for each output channel.
};

/// A batch norm as y = scale x + shift per channel.
struct NormWeights {
    std::vector<double> scale;
    std::vector<double> shift;
};

/// The tensors of a checkpoint whose names and shapes have been checked.
class Weights {
public:
    explicit Weights(const Checkpoint& checkpoint) : m_checkpoint{&checkpoint} {}

    /// Throws   Error{mismatch} naming the key if a number is not finite.
    [[nodiscard]] std::vector<float> values(const std::string& name) const;
    [[nodiscard]] const std::vector<std::int64_t>& shape(const std::string& name) const;

    /// `name`.weight and, if the checkpoint has it, `name`.bias (else zeros).
    [[nodiscard]] ConvWeights conv(const std::string& name) const;
    [[nodiscard]] bool has_bias(const std::string& name) const;

    /// Throws   Error{mismatch} also if a variance is negative.
    [[nodiscard]] NormWeights norm(const std::string& name, double epsilon) const;

    /// Throws   Error{mismatch} naming the layer if folding left the range of float32.
    void check_range(const std::string& name, const ConvWeights& folded) const;

private:
    [[nodiscard]] std::size_t index(const std::string& name) const;

    const Checkpoint* m_checkpoint;
};

/// The convolution that does both: norm(conv(x)).
[[nodiscard]] ConvWeights fold(ConvWeights conv, const NormWeights& norm);

/// The convolution for inputs that are not divided by `scale` (one number per input channel) any more.
[[nodiscard]] ConvWeights fold_input_scale(ConvWeights conv, const std::vector<double>& scale);

/// The part of a convolution that sees the input channels [first, first + count).
[[nodiscard]] ConvWeights input_channels(const ConvWeights& conv, std::int64_t first, std::int64_t count);

} // namespace facemirror::detail
