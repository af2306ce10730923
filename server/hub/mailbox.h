// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QQueue>

namespace semper {

/// What waits for one instance of a process, oldest first: frames for which its connection has no
/// room, or that has none, and those that were written and may not have left yet. Outlives the
/// connections. Pure; positions are bytes of all that was written to one connection.
class SEMPER_SERVER_EXPORT Mailbox
{
public:
    static constexpr qsizetype maximumCount = 256;
    static constexpr qsizetype maximumBytes = 1024 * 1024;

    /// \a request is the number of the request in it, 0 for a message. False: it is full, by
    /// number or by bytes, and nothing was added.
    [[nodiscard]] bool add(const QByteArray &frame, quint64 request = 0);
    [[nodiscard]] qsizetype waiting() const { return m_waiting.size(); }
    [[nodiscard]] bool isWaiting(quint64 request) const;

    /// The oldest that waits; null when none does.
    [[nodiscard]] const QByteArray *next() const;
    /// It was written, and ends at \a position.
    void handOver(qint64 position);
    /// The kernel has taken everything up to \a position: that will not be written again.
    void taken(qint64 position);
    /// The connection is over. What the kernel did not take waits again, before all else.
    void connectionLost(qint64 takenPosition);

    /// Nobody waits for the answer any more: it is not written, again.
    void withdraw(quint64 request);
    /// Empties it. Returns how many messages were in it, requests not counted.
    qsizetype clear();

private:
    struct Item
    {
        QByteArray frame;
        quint64 request = 0;
        qint64 end = 0; ///< once it was written
    };

    QQueue<Item> m_waiting;
    QQueue<Item> m_written;
    qsizetype m_bytes = 0; ///< that wait
};

} // namespace semper
