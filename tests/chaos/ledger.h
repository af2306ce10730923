// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QMap>
#include <QSet>
#include <QString>
#include <QStringList>

#include <utility>

namespace semper::chaos {

/// Keeps the books of one server's life by its events, and finds what does not add up: a death
/// that was told twice or not at all, an id that is missing.
class Ledger
{
public:
    /// The next event, in the order of their ids.
    void take(const QJsonObject &event);
    /// SIGKILL was sent to \a pid of \a process, which was alive.
    void noteKill(const QString &process, qint64 pid);
    /// Somebody asked something of \a process: its restarts are not all the server's own.
    void noteWish(const QString &process) { m_asked.insert(process); }
    /// How often a reload was refused, in all lives.
    [[nodiscard]] int refusals() const { return m_refusals; }
    /// Something else that is wrong, for the next takeWrong().
    void noteWrong(const QString &finding) { m_wrong.append(finding); }
    /// A server began; the books of the one before are closed.
    void beginLife();

    /// Compares the books with process objects and with the kills that were noted: what does not
    /// agree, by name. A process may do something between its object and its events: so who agrees
    /// once is right.
    [[nodiscard]] QMap<QString, QString> audit(const QJsonArray &processes);
    /// What the events themselves had wrong since the last call.
    [[nodiscard]] QStringList takeWrong() { return std::exchange(m_wrong, {}); }
    [[nodiscard]] qint64 lastId() const { return m_lastId; }
    [[nodiscard]] qint64 deaths() const { return m_deaths; }
    /// Of how many processes the last audit could compare the restarts with the events.
    [[nodiscard]] int compared() const { return m_compared; }

private:
    struct Account
    {
        qint64 alive = 0; ///< pid of the launch that was started and has not ended
        bool ended = false; ///< and is not to be started again unless somebody asks
        int restarts = 0; ///< exits and failed launches that were followed by a relaunch
        QHash<qint64, int> ends; ///< how often each launch's end was told, by pid
    };

    void started(Account &account, const QJsonObject &event);
    void ended(Account &account, const QJsonObject &event);
    [[nodiscard]] QString auditOne(const QJsonObject &process);

    QHash<QString, Account> m_accounts;
    QHash<QString, QList<qint64>> m_kills;
    QSet<QString> m_asked;
    QStringList m_wrong;
    qint64 m_lastId = 0;
    bool m_hasBegun = false; ///< the life: events of the one before come first
    qint64 m_deaths = 0;
    int m_refusals = 0;
    int m_compared = 0;
};

} // namespace semper::chaos
