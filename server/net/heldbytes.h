// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QtGlobal>

#include <functional>

namespace semper {

/// What one client of a service has the server hold: what it sent and is not whole or not taken
/// yet, and what waits to be sent to it. A limit for each client is none for thousands: so all of
/// them together have a budget, and those who have shown no token half of it. Past it the client
/// that holds most is given up. The thread of its event loop.
class SEMPER_SERVER_EXPORT HeldBytes
{
public:
    struct Budget
    {
        qint64 strangers = 0;
        qint64 all = 0;
    };

    /// \a measure tells what the client holds; it is asked where it matters only. \a giveUp is to
    /// cut the client off, but not from within; it is called once at most.
    HeldBytes(std::function<qint64()> measure, std::function<void()> giveUp);
    ~HeldBytes();
    Q_DISABLE_COPY_MOVE(HeldBytes)

    /// So much more came than what measure() tells. May give up this client or others.
    void grew(qint64 bytes);
    /// It has shown a token or a certificate.
    void setTrusted();

    /// An eighth of the memory that this process may use, from 32 MiB to 1 GiB.
    [[nodiscard]] static Budget budget();
    /// Two messages of \a bytes must always fit, whatever the budget would be.
    static void allowMessage(qint64 bytes);
    /// For tests.
    static void setBudget(const Budget &budget);

private:
    struct Ledger;
    static Ledger &ledger();
    void set(qint64 bytes);

    std::function<qint64()> m_measure;
    std::function<void()> m_giveUp;
    qint64 m_bytes = 0;
    bool m_isTrusted = false;
    bool m_isGivenUp = false;
};

} // namespace semper
