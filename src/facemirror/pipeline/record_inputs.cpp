// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/record_inputs.hpp>

#include <facemirror/core/error.hpp>
#include <facemirror/media/video_reader.hpp>
#include <facemirror/pipeline/detail/stages.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <deque>
#include <fstream>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

namespace facemirror {

namespace {

/// Source   The .npy format, version 1.0: magic, length of the header, a header that ends on a multiple
/// of 64.
void write_npy(const std::filesystem::path& file, const std::vector<std::size_t>& shape,
               std::span<const float> values) {
    static_assert(std::endian::native == std::endian::little);
    std::string header =
        fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({},), }}", fmt::join(shape, ", "));
    constexpr std::size_t before_header = 10;
    constexpr std::size_t alignment = 64;
    header.append(alignment - (before_header + header.size() + 1) % alignment, ' ');
    header += '\n';
    std::ofstream stream{file, std::ios::binary};
    stream << "\x93NUMPY\x01" << '\0' << static_cast<char>(header.size() % 256)
           << static_cast<char>(header.size() / 256) << header;
    const auto bytes = std::as_bytes(values);
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    if (!stream) {
        throw Error{ErrorCode::output, file.string() + ": cannot be written"};
    }
}

class RecordedNetwork final : public Network {
public:
    RecordedNetwork(std::unique_ptr<Network> network, std::filesystem::path stem, int every,
                    std::int64_t& files)
        : m_network{std::move(network)}, m_stem{std::move(stem)}, m_every{every}, m_files{files} {}

    [[nodiscard]] const std::vector<TensorInfo>& inputs() const override { return m_network->inputs(); }
    [[nodiscard]] const std::vector<TensorInfo>& outputs() const override { return m_network->outputs(); }
    [[nodiscard]] std::span<float> input(std::size_t index) override { return m_network->input(index); }
    [[nodiscard]] std::span<const float> output(std::size_t index) const override {
        return m_network->output(index);
    }

    void run() override {
        if (m_runs % m_every == 0) {
            const std::vector<std::size_t>& shape = inputs().front().shape;
            write_npy(fmt::format("{}_{}_{}.npy", m_stem.string(), m_runs, fmt::join(shape, "x")), shape,
                      input(0));
            ++m_files;
        }
        ++m_runs;
        m_network->run();
    }

private:
    std::unique_ptr<Network> m_network;
    std::filesystem::path m_stem;
    int m_every;
    int m_runs = 0;
    std::int64_t& m_files;
};

} // namespace

std::map<std::string, std::int64_t> record_inputs(const Models& models, const RecordOptions& options,
                                                  const std::atomic<bool>& cancelled) {
    expects(options.every >= 1, "every is at least 1");
    ReaderOptions reading;
    reading.cancelled = [&cancelled] { return cancelled.load(); };
    VideoReader reader{options.input, reading};
    const double tick_s = reader.info().time_base.value();
    std::map<std::string, std::int64_t> files;
    std::mutex opening; // networks are opened by several threads
    const auto record = [&](std::unique_ptr<Network> network, const std::string& name) {
        const std::lock_guard lock{opening};
        return std::make_unique<RecordedNetwork>(std::move(network), options.folder / (options.prefix + name),
                                                 options.every, files[name]);
    };
    RunOptions run;
    run.face_box = options.face_box;
    Profile profile;
    Stages stages = open_stages(models, run, tick_s, profile, record);
    std::deque<Frame> begun;
    const auto finish_oldest = [&] {
        const Frame frame = std::move(begun.front());
        begun.pop_front();
        stages.measurers.front().measure(stages.follower->finish(
            frame, static_cast<double>(frame.pts) * tick_s, static_cast<double>(frame.duration) * tick_s));
    };
    while (auto frame = reader.read()) {
        if (cancelled) {
            throw Error{ErrorCode::cancelled, options.input + ": given up"};
        }
        if (begun.size() == stages.follower->depth()) {
            finish_oldest();
        }
        stages.follower->begin(*frame);
        begun.push_back(std::move(*frame));
    }
    while (!begun.empty()) {
        finish_oldest();
    }
    return files;
}

} // namespace facemirror
