// SPDX-License-Identifier: Apache-2.0
#include <facemirror/pipeline/detail/slot_workers.hpp>

#include <facemirror/core/error.hpp>

#include <utility>

namespace facemirror {

SlotWorkers::SlotWorkers(std::size_t workers, std::size_t slots,
                         std::function<void(std::size_t, std::size_t)> work)
    : m_work{std::move(work)}, m_slots(slots) {
    expects(workers > 0 && slots > 0, "there are workers and slots");
    m_threads.reserve(workers);
    for (std::size_t worker = 0; worker < workers; ++worker) {
        m_threads.emplace_back([this, worker] { serve(worker); });
    }
}

SlotWorkers::~SlotWorkers() {
    const std::lock_guard lock{m_mutex};
    m_is_stopping = true;
    m_started.notify_all();
}

void SlotWorkers::start(std::size_t slot) {
    const std::lock_guard lock{m_mutex};
    expects(m_slots.at(slot).state == State::idle, "a slot is started once until it was waited for");
    m_slots[slot].state = State::waiting;
    m_slots[slot].ticket = m_tickets++;
    m_started.notify_one();
}

void SlotWorkers::wait(std::size_t slot) {
    std::unique_lock lock{m_mutex};
    expects(m_slots.at(slot).state != State::idle, "a slot that is waited for was started");
    m_finished.wait(lock, [&] { return m_slots[slot].state == State::done; });
    m_slots[slot].state = State::idle;
    if (m_slots[slot].failure) {
        std::rethrow_exception(std::exchange(m_slots[slot].failure, nullptr));
    }
}

void SlotWorkers::serve(std::size_t worker) {
    std::unique_lock lock{m_mutex};
    for (;;) {
        Slot* slot = nullptr;
        m_started.wait(lock, [&] { return m_is_stopping || (slot = next_waiting()) != nullptr; });
        if (m_is_stopping) {
            return;
        }
        slot->state = State::running;
        lock.unlock();
        try {
            m_work(worker, static_cast<std::size_t>(slot - m_slots.data()));
        } catch (...) {
            slot->failure = std::current_exception(); // read only after the state says done
        }
        lock.lock();
        slot->state = State::done;
        m_finished.notify_all();
    }
}

SlotWorkers::Slot* SlotWorkers::next_waiting() {
    Slot* first = nullptr;
    for (Slot& slot : m_slots) {
        if (slot.state == State::waiting && (first == nullptr || slot.ticket < first->ticket)) {
            first = &slot;
        }
    }
    return first;
}

} // namespace facemirror
