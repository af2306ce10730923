// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace semper {

/// What waits for a watcher that reads slowly. States, events and log lines keep their order up
/// to a limit; of metrics and samples the newest of each process is kept. Past the limit everything
/// is dropped and counted: a fresh snapshot replaces it.
class WatcherQueue
{
public:
    using Process = std::pair<QString, int>; ///< name and instance
    enum class Measured { Metrics, Sample };

    static constexpr std::size_t maximumFrames = 1000;
    static constexpr qsizetype maximumBytes = 4 * 1024 * 1024;

    void push(const QByteArray &frame);
    /// A frame that stands for those of its kind which wait.
    void pushNewest(const Process &process, Measured kind, const QByteArray &frame);
    /// What was measured of \a process comes before all that is pushed from now on.
    void settle(const Process &process);

    [[nodiscard]] bool isEmpty() const { return m_frames.empty() && m_newest.empty(); }
    /// The next frame to write: ordered ones first. Nothing when empty.
    [[nodiscard]] std::optional<QByteArray> take();
    /// How many frames were dropped since the last call; above 0 a snapshot has to be sent
    /// before anything else.
    [[nodiscard]] qint64 takeMissed() { return std::exchange(m_missed, 0); }

private:
    std::deque<QByteArray> m_frames;
    qsizetype m_bytes = 0;
    std::map<std::pair<Process, Measured>, QByteArray> m_newest;
    qint64 m_missed = 0;
};

} // namespace semper
