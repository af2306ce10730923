// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "chaos/ledger.h"
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QSet>
#include <QString>
#include <QStringList>

#include <memory>
#include <random>

namespace semper::chaos {

/// A server with many processes of every kind, a watcher that keeps its books, and a way to
/// change its configuration. Every call blocks, with an event loop running, for at most 60 s.
class Yard
{
public:
    /// \a count processes: families with grandchildren and escaped ones, watched daemons, hosts of
    /// classes, commands that never start and some that do not last.
    explicit Yard(int count);

    [[nodiscard]] bool start();
    [[nodiscard]] int stop() { return m_server.stop(); }
    [[nodiscard]] QString log() { return m_server.log(); }
    [[nodiscard]] test::RunningServer &server() { return m_server; }
    [[nodiscard]] Ledger &ledger() { return m_ledger; }

    /// All names that the configuration has now; and those of a kind, which their names begin with.
    [[nodiscard]] QStringList names() const { return m_processes.keys(); }
    [[nodiscard]] QStringList names(QStringView kind) const;
    [[nodiscard]] QJsonArray processes();
    /// Asks for \a action on \a process, and does not wait for what comes of it.
    void command(const QString &action, const QString &process);
    /// Every program of the kind "family" is there, or is missing.
    void setProgramThere(bool there);
    /// Takes some processes out, puts those back that were taken out before, changes some; and has
    /// the server read that.
    void changeConfiguration(std::mt19937 &random);
    /// Has the server read a configuration with an error, which changes nothing.
    void breakConfiguration();
    /// Hears what the server says for a while.
    void listen(int milliseconds);
    /// Waits until all that is wanted is up, what cannot be up excepted; what is not, in words.
    [[nodiscard]] QStringList settle();

private:
    void connectWatcher();
    void hear();
    void reload();

    QJsonObject m_processes;
    QJsonObject m_takenOut;
    QSet<QString> m_stopped; ///< perhaps: this was asked for and is not yet made good
    test::RunningServer m_server;
    std::unique_ptr<test::HubPeer> m_watcher;
    Ledger m_ledger;
    qint64 m_commands = 0;
};

} // namespace semper::chaos
