// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "serviceloop/servicehouse.h"
#include "supervisionloop/supervisionhouse.h"

#include <QString>
#include <QThread>

#include <future>
#include <optional>

namespace semper {

class Crossing;

/// The thread that supervises, from the constructor to the destructor. All launches are its
/// children: it lives as long as the server, for with it they would die (PR_SET_PDEATHSIG). Its
/// functions are for the program's first thread, which waits in them for supervision.
class SupervisionThread : public QThread
{
    Q_OBJECT
public:
    /// \a toServices, which leads into the caller's loop, outlives it.
    SupervisionThread(
        const ServerConfig &config, const RuntimeOptions &options, Crossing &toServices);
    ~SupervisionThread() override;

    /// See SupervisionHouse::open().
    [[nodiscard]] std::optional<QString> open();
    /// Once open.
    [[nodiscard]] SupervisionAccess access();
    /// See SupervisionHouse::start(). Before \a services is gone, partFromServices() is called,
    /// and the way to it closed.
    [[nodiscard]] std::optional<QString> launch(ServiceHouse &services);
    /// See SupervisionHouse::stop(); returns at once.
    void stop();
    /// From now on supervision does without the services.
    void partFromServices();

Q_SIGNALS:
    /// All processes have ended; now the services are to end, and the program with \a exitCode.
    /// Where that has not happened after a while, the program is ended without them.
    void ended(int exitCode);

private:
    struct Home;

    void run() override;
    void endServices(Home &home);

    ServerConfig m_config;
    RuntimeOptions m_options;
    Crossing &m_toServices;
    std::promise<Home *> m_made;
    Home *m_home = nullptr; ///< lives on the thread, from its start to its end
};

} // namespace semper
