// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include "monitorsettings.h"
#include "outage.h"

#include <semper/database.h>
#include <semper/process.h>
#include <semper/redis.h>

#include <QCoroTask>

/// What the four monitors do in each of their rounds. What cannot be reached is told once; the
/// round goes on without it, and with it again when it is back.
class MonitorRound
{
public:
    /// What there is to say of one connection, in a few words.
    using Describe = QString (*)(const semper::Connection &);

    /// Throws semper::ConfigurationError for settings that make no sense.
    explicit MonitorRound(semper::Process &process);

    [[nodiscard]] QCoro::Task<> logConnections(Describe describe);
    [[nodiscard]] QCoro::Task<> readUser();
    /// The key is "monitor:" and the name of the process.
    [[nodiscard]] QCoro::Task<> setAndGetKey();
    /// Until the next round, or a stop.
    [[nodiscard]] semper::SleepRequest pause() { return m_process.sleep(m_settings.interval); }

private:
    semper::Process &m_process;
    MonitorSettings m_settings;
    semper::Database m_database;
    semper::Redis m_redis;
    Outage m_noConnections{QStringLiteral("the service's connections")};
    Outage m_noDatabase{QStringLiteral("the database")};
    Outage m_noRedis{QStringLiteral("Redis")};
};
