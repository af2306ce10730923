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
/// to a limit; metrics are kept as the newest of each process. Past the limit everything is
/// dropped and counted: a fresh snapshot replaces it.
class WatcherQueue
{
public:
    using Key = std::pair<QString, int>; ///< process and instance

    static constexpr std::size_t maximumFrames = 1000;
    static constexpr qsizetype maximumBytes = 4 * 1024 * 1024;

    void push(const QByteArray &frame);
    void pushMetrics(const Key &process, const QByteArray &frame);

    [[nodiscard]] bool isEmpty() const { return m_frames.empty() && m_metrics.empty(); }
    /// The next frame to write: ordered ones first. Nothing when empty.
    [[nodiscard]] std::optional<QByteArray> take();
    /// How many frames were dropped since the last call; above 0 a snapshot has to be sent
    /// before anything else.
    [[nodiscard]] qint64 takeMissed() { return std::exchange(m_missed, 0); }

private:
    std::deque<QByteArray> m_frames;
    qsizetype m_bytes = 0;
    std::map<Key, QByteArray> m_metrics;
    qint64 m_missed = 0;
};

} // namespace semper
