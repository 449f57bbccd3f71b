// SPDX-License-Identifier: Apache-2.0
#include "bench_run.hpp"
#include "interrupt.hpp"

#include <facemirror/core/error.hpp>
#include <facemirror/profile/machine.hpp>
#include <facemirror/profile/profile.hpp>
#include <facemirror/profile/sensors.hpp>
#include <facemirror/profile/soak.hpp>

#include <atomic>
#include <chrono>

namespace facemirror {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double reading_every_s = 10;

/// Notes when frames are done and, every ten seconds, what the sensors say; asks for the end in time.
/// Threads  The run calls from one of its threads at a time.
class SoakWatch {
public:
    explicit SoakWatch(double seconds) : m_seconds{seconds} {}

    [[nodiscard]] double now_s() const {
        return std::chrono::duration<double>{Clock::now() - m_start}.count();
    }

    void frame_done() {
        const double time_s = now_s();
        m_frames_s.push_back(time_s);
        if (time_s >= m_next_reading_s) {
            read_sensors(time_s);
            m_next_reading_s += reading_every_s;
        }
        if (time_s >= m_seconds || interrupted()) {
            m_stop = true;
        }
    }

    void read_sensors(double time_s) {
        const SensorReading reading = m_sensors.read();
        m_readings.push_back({{"time_s", time_s},
                              {"temperature_c", number_or_null(reading.temperature_c)},
                              {"energy_j", number_or_null(reading.energy_j)},
                              {"rss_mib", number_or_null(resident_mib())}});
    }

    [[nodiscard]] const std::atomic<bool>& stop() const { return m_stop; }
    [[nodiscard]] const std::vector<double>& frames_s() const { return m_frames_s; }
    [[nodiscard]] const BenchJson& readings() const { return m_readings; }

private:
    double m_seconds;
    Clock::time_point m_start = Clock::now();
    double m_next_reading_s = 0;
    std::vector<double> m_frames_s;
    Sensors m_sensors;
    BenchJson m_readings = BenchJson::array();
    std::atomic<bool> m_stop = false;
};

/// One run of the clip, or as much of it as time is left for.
void run_once(const Models& models, const RunRequest& request, SoakWatch& watch) {
    try {
        static_cast<void>(
            run_video(request, models, [&watch](const RunProgress&) { watch.frame_done(); }, watch.stop()));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::cancelled) {
            throw;
        }
    }
}

} // namespace

BenchJson bench_soak(const Models& models, const RunRequest& request, double seconds) {
    SoakWatch watch{seconds};
    int runs = 0;
    while (!watch.stop() && !interrupted() && watch.now_s() < seconds) {
        run_once(models, request, watch);
        ++runs;
    }
    const double duration_s = watch.now_s();
    watch.read_sensors(duration_s);
    const SoakReport report = soak_report(watch.frames_s(), duration_s);
    BenchJson intervals = BenchJson::array();
    for (const SoakInterval& interval : report.intervals) {
        intervals.push_back(
            {{"start_s", interval.start_s}, {"end_s", interval.end_s}, {"fps", interval.fps}});
    }
    return {{"seconds", duration_s},
            {"runs", runs},
            {"frames", watch.frames_s().size()},
            {"fps", report.fps},
            {"first_minute_fps", number_or_null(report.first_minute_fps)},
            {"last_minute_fps", number_or_null(report.last_minute_fps)},
            {"drift", number_or_null(report.drift)},
            {"verdict", name_of(report.verdict)},
            {"peak_rss_mib", peak_rss_mib()},
            {"final_rss_mib", number_or_null(resident_mib())},
            {"intervals", intervals},
            {"readings", watch.readings()}};
}

} // namespace facemirror
