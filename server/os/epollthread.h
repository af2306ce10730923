// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/epollset.h"
#include "os/withoutsignals.h"

#include <array>
#include <thread>
#include <utility>

namespace semper {

/// A thread that serves those descriptors of a set that are ready. No signal is delivered to it.
/// What comes of it goes to an event loop under a std::mutex, and a Doorbell rings.
class EpollThread
{
public:
    EpollThread();
    ~EpollThread();
    Q_DISABLE_COPY_MOVE(EpollThread)

    /// For any id but 0.
    [[nodiscard]] const EpollSet &set() const { return m_set; }

    /// On the thread, \a serve is called with the id and the events of each descriptor that is
    /// ready, and before each wait \a endRound, which returns its limit in milliseconds, or -1.
    template <typename Serve, typename EndRound>
    void start(Serve serve, EndRound endRound);
    /// Once it returns, nothing is called any more. Blocks until what is at work has ended.
    void stop();

private:
    static constexpr quint64 quitId = 0;

    template <typename Serve, typename EndRound>
    void run(Serve &serve, EndRound &endRound);

    EpollSet m_set;
    int m_quit;
    std::thread m_thread;
};

template <typename Serve, typename EndRound>
void EpollThread::start(Serve serve, EndRound endRound)
{
    if (m_set.descriptor() < 0 || m_quit < 0)
        return; // for want of descriptors: it would neither wait nor end
    const WithoutSignals withoutSignals;
    m_thread = std::thread([this, serve = std::move(serve),
                               endRound = std::move(endRound)]() mutable { run(serve, endRound); });
}

template <typename Serve, typename EndRound>
void EpollThread::run(Serve &serve, EndRound &endRound)
{
    std::array<epoll_event, 64> room;
    for (;;) {
        for (const epoll_event &event : m_set.wait(room, endRound())) {
            if (event.data.u64 == quitId)
                return;
            serve(event.data.u64, event.events);
        }
    }
}

} // namespace semper
