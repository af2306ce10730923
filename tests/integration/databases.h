// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/databaseserver.h"
#include "support/outcome.h"

#include <semper/database.h>
#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/systemclock.h>

#include <QObject>
#include <QTimer>

#include <map>
#include <memory>

/// A process without a server of Semper, and the three databases: what tests of Database need.
class Databases
{
public:
    using Driver = semper::DatabaseOptions::Driver;

    /// Of the server of this kind, started when first asked for. SQLite: a new file each time.
    [[nodiscard]] semper::DatabaseOptions options(Driver driver)
    {
        if (driver == Driver::Sqlite)
            return {.name = m_folder.filePath(QStringLiteral("%1.sqlite").arg(++m_files))};
        return server(driver).options();
    }
    [[nodiscard]] semper::test::DatabaseServer &server(Driver driver)
    {
        auto &server = m_servers[driver];
        if (!server) {
            server = std::make_unique<semper::test::DatabaseServer>(driver);
            if (server->missing().isEmpty() && !server->start())
                qFatal("%s", qPrintable(server->log()));
        }
        return *server;
    }
    /// Why a test with this one has to be left out; empty if it has not.
    [[nodiscard]] QString missing(Driver driver)
    {
        return driver == Driver::Sqlite ? QString() : server(driver).missing();
    }

private:
    QTemporaryDir m_folder;
    int m_files = 0;
    std::map<Driver, std::unique_ptr<semper::test::DatabaseServer>> m_servers;
};

/// A Process as in a host, with a real clock.
struct TestProcess
{
    semper::FakeLink link;
    semper::SystemClock clock;
    semper::Process process{QStringLiteral("worker"), 0, {}, link, clock};
};

/// Counts how often the event loop comes round, every 10 ms at most.
class LoopTurns
{
public:
    LoopTurns()
    {
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { ++m_count; });
        m_timer.start(10);
    }
    [[nodiscard]] int count() const { return m_count; }

private:
    QTimer m_timer;
    int m_count = 0;
};
