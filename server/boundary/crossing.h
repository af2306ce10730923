// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "os/doorbell.h"

#include <semper/semper_server_export.h>

#include <QObject>
#include <QThread>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace semper {

/// The way into an event loop from other threads: work that is handed in runs there, in order, a
/// few milliseconds of it in each turn of the loop. Work that has the loop turn, as a handler with
/// a QEventLoop does, is overtaken by what comes after it. Belongs to the thread that makes it; its
/// functions are for any.
class SEMPER_SERVER_EXPORT Crossing : public QObject
{
    Q_OBJECT
public:
    Crossing();
    ~Crossing() override;

    /// Has \a work run in the loop. Never blocks. Whoever posts keeps within bounds: a loop that
    /// hangs lets everything wait. Once the crossing is closed, \a work is dropped.
    void post(std::function<void()> work);
    /// Has \a work run in the loop and waits for what it returns. Nothing: it was not begun within
    /// \a limit, and never will be, or the crossing is closed. Blocks, so it is for a thread that
    /// the loop never waits for. Called in the loop itself, it just runs \a work.
    template <typename Work>
    [[nodiscard]] auto ask(Work work, std::chrono::milliseconds limit)
        -> std::optional<std::invoke_result_t<Work>>;
    /// From now on nothing runs any more, and whoever waits is told so.
    void close();

private:
    void wake();
    void run();

    std::mutex m_mutex; ///< guards what waits
    std::deque<std::function<void()>> m_waiting;
    bool m_isAwake = false; ///< a turn of the loop is on its way
    bool m_isClosed = false;
    Doorbell m_bell;
};

template <typename Work>
auto Crossing::ask(Work work, std::chrono::milliseconds limit)
    -> std::optional<std::invoke_result_t<Work>>
{
    using Result = std::invoke_result_t<Work>;
    if (QThread::currentThread() == thread())
        return work();
    auto promise = std::make_shared<std::promise<Result>>();
    std::future<Result> result = promise->get_future();
    const auto isTaken = std::make_shared<std::atomic<bool>>(false); // by the loop, or by nobody
    post([promise = std::move(promise), isTaken, work = std::move(work)] {
        if (!isTaken->exchange(true))
            promise->set_value(work());
    });
    if (result.wait_for(limit) != std::future_status::ready && !isTaken->exchange(true))
        return std::nullopt;
    try {
        return result.get(); // where it has begun, it is about to be there
    } catch (const std::future_error &) { // dropped
        return std::nullopt;
    }
}

} // namespace semper
