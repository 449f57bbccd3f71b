// SPDX-License-Identifier: Apache-2.0
#include <facemirror/measure/quality.hpp>
#include <facemirror/mirror/mirror.hpp>
#include <facemirror/pipeline/detail/video_outputs.hpp>
#include <facemirror/report/overlay.hpp>

#include <fmt/format.h>

namespace facemirror {

namespace {

constexpr const char* operation_names[3][2] = {
    {"mirror_left", "encode_left"}, {"mirror_right", "encode_right"}, {"draw_debug", "encode_debug"}};

// In a flipped recording the patient's left half lies on the picture's left.
Side kept_side(VideoOutput::Content content, bool selfie) {
    const Side side =
        content == VideoOutput::Content::left_mirrored ? Side::patient_left : Side::patient_right;
    return selfie ? other(side) : side;
}

WriterOptions writer_options(const RunOptions& options) {
    return {.codec = options.codec,
            .preset = options.encoder_preset,
            .quality = options.quality,
            .threads = options.codec_threads};
}

BannerLevel banner_level(const PictureTask& task) {
    if (task.status != FrameStatus::ok) {
        return BannerLevel::poor;
    }
    switch (pose_class(task.yaw_deg)) {
    case PoseClass::good:
        return BannerLevel::good;
    case PoseClass::acceptable:
        return BannerLevel::doubtful;
    case PoseClass::excessive:
        return BannerLevel::poor;
    }
    return BannerLevel::poor;
}

std::string banner_text(const PictureTask& task) {
    if (!task.points) {
        return "no face";
    }
    const std::string text = fmt::format("yaw {:+.0f} deg: {}, quality {:.0f} %", task.yaw_deg,
                                         name_of(pose_class(task.yaw_deg)), 100 * task.quality);
    return task.status == FrameStatus::ok ? text : fmt::format("{}, {}", name_of(task.status), text);
}

} // namespace

VideoOutput::VideoOutput(const std::filesystem::path& file, Content content, const VideoInfo& source,
                         const RunOptions& options, Profile& profile)
    : m_file{file}, m_content{content}, m_kept{kept_side(content, options.selfie)},
      m_seam_px{options.seam_px}, m_writer{m_file.temporary(), source, writer_options(options)},
      m_pool{source.layout}, m_copy{profile.operation("memory", "copy_frame")},
      m_compose{profile.operation("postprocessing", operation_names[static_cast<std::size_t>(content)][0])},
      m_encode{profile.operation("io", operation_names[static_cast<std::size_t>(content)][1])},
      m_queue{options.queue_bytes} {}

void VideoOutput::work() {
    while (const auto task = m_queue.pop()) {
        const Frame picture = compose(**task);
        const Span span{m_encode};
        for (const AudioPacket& packet : (*task)->audio) {
            m_writer.add_audio(packet);
        }
        if (picture.owner) {
            m_writer.write(picture);
            ++m_frames;
        }
    }
    if (!m_queue.is_aborted()) {
        const Span span{m_encode, 0};
        m_writer.close();
    }
}

Frame VideoOutput::compose(const PictureTask& task) {
    if (!task.frame.owner || (m_content != Content::debug && !task.midline)) {
        return task.frame; // no line, no mirror: the frame is written as it is and marked in the tables
    }
    const Span span{m_compose};
    Frame picture = m_pool.take();
    picture.index = task.frame.index;
    picture.pts = task.frame.pts;
    picture.duration = task.frame.duration;
    if (m_content == Content::debug) {
        {
            const Span copy{m_copy};
            copy_samples(task.frame, picture);
        }
        draw_debug(picture, task.box, task.points ? &*task.points : nullptr, task.midline, banner_text(task),
                   banner_level(task));
    } else {
        mirror_frame(task.frame, *task.midline, m_kept, {.seam_px = m_seam_px}, picture);
    }
    return picture;
}

} // namespace facemirror
