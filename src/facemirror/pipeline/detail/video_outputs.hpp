// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <facemirror/core/face.hpp>
#include <facemirror/media/video_reader.hpp>
#include <facemirror/media/video_writer.hpp>
#include <facemirror/pipeline/detail/bounded_queue.hpp>
#include <facemirror/pipeline/detail/crew.hpp>
#include <facemirror/pipeline/detail/frame_pool.hpp>
#include <facemirror/pipeline/run_options.hpp>
#include <facemirror/profile/profile.hpp>
#include <facemirror/report/atomic_file.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace facemirror {

/// A frame with all that the three videos show of it. Shared, read-only, by their threads.
struct PictureTask {
    Frame frame;                    ///< Without samples in the last task, which brings the rest of the audio.
    std::vector<AudioPacket> audio; ///< Passed on the way to this frame.
    std::optional<Box> box;
    std::optional<Landmarks> points;
    std::optional<Midline> midline;
    FrameStatus status = FrameStatus::no_face;
    double yaw_deg = 0;
    double quality = 0;
};

/// Composes and encodes one of the three videos, in a thread of its own.
class VideoOutput {
public:
    enum class Content { left_mirrored, right_mirrored, debug };

    /// Throws   Error{output} or Error{backend} as VideoWriter does.
    VideoOutput(const std::filesystem::path& file, Content content, const VideoInfo& source,
                const RunOptions& options, Profile& profile);

    /// The thread's work: takes pictures until the queue is closed, then finishes the file.
    void work();

    /// The queue's far end; see BoundedQueue.
    bool push(std::shared_ptr<const PictureTask> task, std::size_t bytes) {
        return m_queue.push(std::move(task), bytes);
    }
    void close_queue() { m_queue.close(); }
    void abort_queue() { m_queue.abort(); }

    /// Gives the finished file its name.
    /// Throws   Error{output}.
    void publish() { m_file.publish(); }

    [[nodiscard]] std::int64_t frames() const noexcept { return m_frames; }
    [[nodiscard]] const VideoWriter& writer() const noexcept { return m_writer; }

private:
    [[nodiscard]] Frame compose(const PictureTask& task);

    PendingFile m_file;
    Content m_content;
    Side m_kept = Side::patient_left;
    double m_seam_px;
    VideoWriter m_writer;
    FramePool m_pool;
    Operation& m_copy;
    Operation& m_compose;
    Operation& m_encode;
    BoundedQueue<std::shared_ptr<const PictureTask>> m_queue;
    std::int64_t m_frames = 0;
};

} // namespace facemirror
