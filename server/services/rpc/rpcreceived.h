// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rpc/rpcmessage.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>
#include <QString>

#include <optional>

namespace semper {

/// One message of a client, kept as it was sent: as values it would take many times the memory of
/// its text, so each of its calls is read only when its turn has come.
class RpcReceived
{
public:
    /// A call that would take more than \a maximumCallBytes when it is read is refused unread.
    RpcReceived(const QByteArray &text, RpcDialect dialect, const RpcLimits &limits,
        qint64 maximumCallBytes);

    /// Does a piece of cutting it into calls and finding out whether it is JSON.
    void checkOn();
    /// Nothing is left to find out: its calls can be read.
    [[nodiscard]] bool isChecked() const { return m_checked == m_calls.size(); }
    [[nodiscard]] bool isBatch() const { return m_isBatch; }
    /// Calls that were not read; 1 before it is known.
    [[nodiscard]] qsizetype left() const { return m_isCut ? m_calls.size() - m_next : 1; }
    /// What the next call will take in memory, once it is read. An estimate, on the safe side.
    [[nodiscard]] qint64 nextBytes() const { return m_calls.at(m_next).parsedBytes; }
    /// Reads the next call: one entry. With the last one the text is given up.
    [[nodiscard]] RpcMessage takeNext();
    [[nodiscard]] qint64 heldBytes() const;

private:
    struct Call
    {
        qsizetype from = 0;
        qsizetype size = 0;
        qint64 parsedBytes = 0;
    };

    void cut();
    [[nodiscard]] bool cutBatch();
    void refuse(int code, const QString &message, const QString &why = {});
    [[nodiscard]] QByteArrayView textOf(const Call &call) const;

    QByteArray m_text;
    RpcDialect m_dialect;
    RpcLimits m_limits;
    qint64 m_maximumCallBytes;
    bool m_isBatch = false;
    bool m_isCut = false;
    QList<Call> m_calls{Call{}};
    qsizetype m_checked = 0;
    qsizetype m_next = 0;
    std::optional<RpcError> m_fault; ///< of all of it
};

} // namespace semper
