// SPDX-License-Identifier: Apache-2.0
#include <facemirror/core/error.hpp>
#include <facemirror/media/video_reader.hpp>
#include <facemirror/pipeline/detail/analysis.hpp>
#include <facemirror/pipeline/detail/bounded_queue.hpp>
#include <facemirror/pipeline/detail/crew.hpp>
#include <facemirror/pipeline/detail/provenance.hpp>
#include <facemirror/pipeline/detail/run_setup.hpp>
#include <facemirror/pipeline/detail/tables.hpp>
#include <facemirror/pipeline/detail/video_outputs.hpp>
#include <facemirror/pipeline/run_video.hpp>
#include <facemirror/profile/profile.hpp>

#include <map>
#include <vector>

namespace facemirror {

namespace {

/// The threads of one run and what joins them:
///
///   decode -> follow -> measure (several) -> collect (tables, in order)
///                    -> left, right and debug video (one thread each)
///
/// All that remembers earlier frames is in follow, so tables do not depend on the number of threads. The
/// tracker may have a few frames on their way in threads of its own.
class Run {
public:
    Run(const RunSetup& setup, const std::function<void(const RunProgress&)>& progress,
        const std::atomic<bool>& cancelled);

    RunResult execute();

private:
    struct Decoded {
        Frame frame;
        std::vector<AudioPacket> audio;
    };

    void decode();
    void follow();
    bool finish_oldest(std::vector<Decoded>& begun);
    void measure(HalvesMeasurer& measurer);
    void collect();
    void send_to_videos(Decoded decoded, const FollowedFrame& followed);
    void abort_all();
    void publish_outputs();

    const RunSetup& m_setup;
    const RunRequest& m_request;
    const std::function<void(const RunProgress&)>& m_progress;
    const std::atomic<bool>& m_cancelled;
    Profile m_profile;
    VideoReader m_reader;
    Stages m_stages;
    RunTables m_tables;
    std::vector<std::unique_ptr<VideoOutput>> m_videos;
    BoundedQueue<Decoded> m_decoded;
    BoundedQueue<FollowedFrame> m_followed;
    BoundedQueue<MeasuredFrame> m_measured;
    std::atomic<std::size_t> m_measuring; // measurers that have not finished
    std::optional<double> m_first_frame_s;
    bool m_was_cut = false;
};

VideoReader open_reader(const RunRequest& request, const std::atomic<bool>& cancelled) {
    return VideoReader{request.input, ReaderOptions{.start_s = request.options.start_s,
                                                    .end_s = request.options.end_s,
                                                    .threads = request.options.codec_threads,
                                                    .cancelled = [&cancelled] { return cancelled.load(); }}};
}

std::vector<std::unique_ptr<VideoOutput>> open_videos(const RunRequest& request, const VideoInfo& source,
                                                      Profile& profile) {
    using Content = VideoOutput::Content;
    std::vector<std::unique_ptr<VideoOutput>> videos;
    const auto open = [&](const std::filesystem::path& file, Content content) {
        if (!file.empty()) {
            videos.push_back(std::make_unique<VideoOutput>(file, content, source, request.options, profile));
        }
    };
    open(request.outputs.left_video, Content::left_mirrored);
    open(request.outputs.right_video, Content::right_mirrored);
    open(request.outputs.debug_video, Content::debug);
    return videos;
}

Run::Run(const RunSetup& setup, const std::function<void(const RunProgress&)>& progress,
         const std::atomic<bool>& cancelled)
    : m_setup{setup}, m_request{setup.request}, m_progress{progress}, m_cancelled{cancelled},
      m_reader{open_reader(m_request, cancelled)},
      m_stages{setup.open_stages(m_request.options, m_reader.info().time_base.value(), m_profile)},
      m_tables{m_request.outputs, m_request.options},
      m_videos{open_videos(m_request, m_reader.info(), m_profile)}, m_decoded{m_request.options.queue_bytes},
      m_followed{m_request.options.queue_bytes}, m_measured{m_request.options.queue_bytes},
      m_measuring{m_stages.measurers.size()} {}

RunResult Run::execute() {
    Crew crew{[this] { abort_all(); }};
    crew.start([this] { decode(); });
    crew.start([this] { follow(); });
    for (HalvesMeasurer& measurer : m_stages.measurers) {
        crew.start([this, &measurer] { measure(measurer); });
    }
    crew.start([this] { collect(); });
    for (const auto& video : m_videos) {
        crew.start([&video] { video->work(); });
    }
    crew.join();
    {
        const Span span{m_profile.operation("io", "tables"), 0};
        m_tables.finish();
    }
    const RunFacts facts{.request = m_request,
                         .packs = m_setup.packs,
                         .source = m_reader.info(),
                         .loss = m_reader.loss(),
                         .tables = m_tables,
                         .writer = m_videos.empty() ? nullptr : &m_videos.front()->writer(),
                         .profile = m_profile,
                         .first_frame_s = m_first_frame_s,
                         .was_cut = m_was_cut};
    publish_outputs();
    return publish_run_json(facts);
}

void Run::decode() {
    Operation& operation = m_profile.operation("io", "decode");
    for (;;) {
        std::optional<Frame> frame;
        {
            const Span span{operation};
            frame = m_reader.read();
        }
        Decoded decoded{frame.value_or(Frame{}), m_reader.take_audio()};
        const bool is_last = !frame;
        if (m_cancelled) {
            if (!m_reader.info().is_stream) {
                throw Error{ErrorCode::cancelled, m_request.input + ": given up, nothing was written"};
            }
            m_was_cut = true;
        }
        const std::size_t bytes = decoded.frame.size_bytes();
        if (!m_decoded.push(std::move(decoded), bytes) || is_last || m_was_cut) {
            break;
        }
    }
    m_decoded.close();
}

void Run::follow() {
    FaceFollower& follower = *m_stages.follower;
    std::vector<Decoded> begun; // frames on their way, the oldest first
    begun.reserve(follower.depth());
    std::optional<Decoded> after_last; // sound without a frame
    bool is_wanted = true;
    while (is_wanted) {
        auto decoded = m_decoded.pop();
        if (!decoded || !decoded->frame.owner) {
            after_last = std::move(decoded);
            break;
        }
        if (begun.size() == follower.depth()) {
            is_wanted = finish_oldest(begun);
        }
        follower.begin(decoded->frame);
        begun.push_back(std::move(*decoded));
    }
    while (is_wanted && !begun.empty()) {
        is_wanted = finish_oldest(begun);
    }
    if (after_last) {
        send_to_videos(std::move(*after_last), {});
    }
    m_followed.close();
    for (const auto& video : m_videos) {
        video->close_queue();
    }
}

/// Returns  whether somebody still wants frames.
bool Run::finish_oldest(std::vector<Decoded>& begun) {
    Operation& operation = m_profile.operation("preprocessing", "follow_face");
    const double tick_s = m_reader.info().time_base.value();
    Decoded oldest = std::move(begun.front());
    begun.erase(begun.begin());
    FollowedFrame followed;
    {
        const Span span{operation};
        followed = m_stages.follower->finish(oldest.frame, static_cast<double>(oldest.frame.pts) * tick_s,
                                             static_cast<double>(oldest.frame.duration) * tick_s);
    }
    send_to_videos(std::move(oldest), followed);
    // Counted before the frame moves: arguments are evaluated in no fixed order.
    const std::size_t bytes = sizeof(FollowedFrame) + followed.region_bytes();
    return m_followed.push(std::move(followed), bytes);
}

void Run::send_to_videos(Decoded decoded, const FollowedFrame& followed) {
    const std::size_t bytes = decoded.frame.size_bytes();
    auto task = std::make_shared<PictureTask>();
    task->frame = std::move(decoded.frame);
    task->audio = std::move(decoded.audio);
    task->status = followed.record.status;
    task->yaw_deg = followed.record.pose.yaw_deg;
    task->quality = followed.record.quality;
    task->midline = followed.midline;
    if (followed.has_points) {
        task->box = followed.record.box;
        task->points = followed.shape.points;
    }
    for (const auto& video : m_videos) {
        video->push(task, bytes);
    }
}

void Run::measure(HalvesMeasurer& measurer) {
    Operation& operation = m_profile.operation("postprocessing", "measure");
    while (const auto followed = m_followed.pop()) {
        MeasuredFrame measured;
        {
            const Span span{operation};
            measured = measurer.measure(*followed);
        }
        m_measured.push(std::move(measured), sizeof(MeasuredFrame));
    }
    if (--m_measuring == 0) {
        m_measured.close();
    }
}

void Run::collect() {
    Operation& operation = m_profile.operation("io", "tables");
    std::map<std::int64_t, MeasuredFrame> early; // frames that overtook others; at most one per measurer
    std::int64_t next = 0;
    while (auto measured = m_measured.pop()) {
        early.emplace(measured->record.index, std::move(*measured));
        for (auto first = early.begin(); first != early.end() && first->first == next;
             first = early.begin()) {
            const Span span{operation};
            m_tables.add(first->second);
            early.erase(first);
            ++next;
        }
        if (next > 0 && !m_first_frame_s) {
            m_first_frame_s = m_profile.wall_s();
        }
        m_progress({.frames = next, .estimate = m_reader.info().frame_estimate});
    }
}

void Run::abort_all() {
    m_decoded.abort();
    m_followed.abort();
    m_measured.abort();
    for (const auto& video : m_videos) {
        video->abort_queue();
    }
}

void Run::publish_outputs() {
    for (const auto& video : m_videos) {
        if (video->frames() != m_tables.rows()) {
            throw std::logic_error{"a video has not as many frames as the tables have rows"};
        }
        video->publish();
    }
    m_tables.publish();
}

} // namespace

RunResult run_with_stages(const RunSetup& setup, const std::function<void(const RunProgress&)>& progress,
                          const std::atomic<bool>& cancelled) {
    Run run{setup, progress, cancelled};
    return run.execute();
}

RunResult run_video(const RunRequest& request, const Models& models,
                    const std::function<void(const RunProgress&)>& progress,
                    const std::atomic<bool>& cancelled) {
    const auto open = [&models](const RunOptions& options, double tick_s, Profile& profile) {
        return open_stages(models, options, tick_s, profile);
    };
    const PackFacts packs = facts_of(models);
    return run_with_stages({.request = request, .packs = packs, .open_stages = open}, progress, cancelled);
}

} // namespace facemirror
