// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "launch/launcher.h"

#include <QDateTime>
#include <QList>
#include <QPointer>

#include <csignal>
#include <memory>
#include <utility>

namespace semper::test {

/// How the launches of a FakeLauncher behave.
struct FakeManners
{
    bool waitsForTurn = false; ///< begins with takeTurn(), not at once
    bool obeys = false; ///< whatever signal comes ends it; else SIGKILL does
    bool lingers = false; ///< not even SIGKILL ends it
};

/// Runs nothing: begins and ends as the test says.
class FakeLaunch : public Launch
{
public:
    FakeLaunch(qint64 pid, const FakeManners &manners)
        : m_pid(pid)
        , m_manners(manners)
    { }

    void start(LaunchPlanner planner) override
    {
        m_planner = std::move(planner);
        if (!m_manners.waitsForTurn)
            begin();
    }
    void takeTurn()
    {
        static_cast<void>(m_planner());
        begin();
    }
    [[nodiscard]] qint64 pid() const override { return m_isAlive ? m_pid : 0; }
    void signal(int number, StopScope) override
    {
        received.append(number);
        if (m_manners.obeys && number != SIGKILL)
            exit(0);
        else if (number == SIGKILL && !m_manners.lingers)
            end({.signal = QStringLiteral("SIGKILL")});
    }
    void exit(int code) { end({.code = code}); }

    QList<int> received; ///< signals

private:
    void begin()
    {
        m_planner = {};
        m_isAlive = true;
        Q_EMIT started();
    }
    void end(ExitReport report)
    {
        report.at = QDateTime::currentDateTimeUtc();
        if (std::exchange(m_isAlive, false))
            Q_EMIT ended(report);
    }

    const qint64 m_pid;
    const FakeManners m_manners;
    LaunchPlanner m_planner;
    bool m_isAlive = false;
};

/// Makes launches of processes that are none.
class FakeLauncher : public Launcher
{
public:
    explicit FakeLauncher(const FakeManners &first = {})
        : manners(first)
    { }

    [[nodiscard]] std::unique_ptr<Launch> create() override
    {
        auto launch = std::make_unique<FakeLaunch>(++m_pid, manners);
        launches.append(launch.get());
        return launch;
    }
    [[nodiscard]] bool owns(qint64 pid) const override { return pid > aboveAllPids; }
    /// Null where none is alive.
    [[nodiscard]] FakeLaunch *of(qint64 pid) const
    {
        for (const auto &launch : launches)
            if (launch && pid > 0 && launch->pid() == pid)
                return launch;
        return nullptr;
    }

    FakeManners manners; ///< of the launches to come
    QList<QPointer<FakeLaunch>> launches;

private:
    static constexpr qint64 aboveAllPids = 1 << 23;
    qint64 m_pid = aboveAllPids;
};

} // namespace semper::test
