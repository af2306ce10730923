// SPDX-License-Identifier: GPL-3.0-or-later
#include "application/supervisionthread.h"

#include "application/withoutglib.h"
#include "boundary/crossing.h"
#include "boundary/distantwatcher.h"
#include "os/patienttimer.h"
#include "serviceloop/servicedoor.h"

#include <QLoggingCategory>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logServer, "semper.server", QtInfoMsg)

constexpr auto forever = 24h;
// A handler may block for a moment; whoever stops the server waits for it no longer than that.
constexpr auto timeForServices = 3000ms;

} // namespace

/// What lives on the thread.
struct SupervisionThread::Home
{
    Home(const ServerConfig &config, const RuntimeOptions &options)
        : house(std::make_unique<SupervisionHouse>(config, options))
    { }

    Crossing crossing; ///< into the thread's loop
    std::unique_ptr<ServiceDoor> services;
    std::unique_ptr<SupervisionHouse> house;
    PatientTimer limit; ///< for the services' end
};

SupervisionThread::SupervisionThread(
    const ServerConfig &config, const RuntimeOptions &options, Crossing &toServices)
    : m_config(config)
    , m_options(options)
    , m_toServices(toServices)
{
    setObjectName(QLatin1StringView("supervision"));
    const WithoutGlib withoutGlib;
    start();
    m_home = m_made.get_future().get();
}

SupervisionThread::~SupervisionThread()
{
    quit();
    wait();
}

void SupervisionThread::run()
{
    Home home(m_config, m_options);
    connect(home.house.get(), &SupervisionHouse::finished, home.house.get(),
        [this, &home] { endServices(home); });
    m_made.set_value(&home);
    exec();
    home.crossing.close();
}

void SupervisionThread::endServices(Home &home)
{
    m_toServices.post([this, exitCode = home.house->exitCode()] { Q_EMIT ended(exitCode); });
    connect(&home.limit, &PatientTimer::timeout, &home.limit, [&home] {
        qCCritical(logServer,
            "the services do not end: a handler blocks their event loop; "
            "the program ends without them");
        const int exitCode = home.house->exitCode(); // a stop may have come meanwhile
        home.house.reset(); // with the files of its sockets
        ::_exit(exitCode);
    });
    home.limit.start(timeForServices);
}

std::optional<QString> SupervisionThread::open()
{
    return m_home->crossing.ask([home = m_home] { return home->house->open(); }, forever).value();
}

SupervisionAccess SupervisionThread::access()
{
    return {.supervision = m_home->house->supervision(),
        .mail = m_home->house->mail(),
        .crossing = m_home->crossing,
        .isToken = m_home->house->tokenCheck(),
        .openWatcher
        = [home = m_home](DistantWatcher *watcher) { home->house->openWatcher(watcher); }};
}

std::optional<QString> SupervisionThread::launch(ServiceHouse &services)
{
    const auto launch = [home = m_home, &services, &toServices = m_toServices] {
        home->services = std::make_unique<ServiceDoor>(services, toServices, home->crossing);
        return home->house->start(*home->services,
            [&crossing = home->crossing](auto work) { crossing.post(std::move(work)); });
    };
    return m_home->crossing.ask(launch, forever).value();
}

void SupervisionThread::stop()
{
    m_home->crossing.post([home = m_home] { home->house->stop(); });
}

void SupervisionThread::partFromServices()
{
    const auto part = [home = m_home] {
        home->house->partFromServices();
        return true;
    };
    static_cast<void>(m_home->crossing.ask(part, forever));
}

} // namespace semper
