// SPDX-License-Identifier: GPL-3.0-or-later
#include "serviceloop/servicedoor.h"

#include "boundary/crossing.h"
#include "os/patienttimer.h"
#include "serviceloop/servicehouse.h"
#include "spec/serverconfig.h"

#include <QJsonDocument>
#include <QLoggingCategory>
#include <QPointer>

#include <chrono>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logServiceDoor, "semper.server.service", QtInfoMsg)

constexpr auto timeForPage = 2s;
constexpr auto timeToPrepare = 10s;
constexpr auto timeToCommit = 2s;
constexpr auto lostInterval = 5s;
constexpr qint64 bytesAround = 256; ///< what holds a message, however small

constexpr QLatin1StringView hangsCode("service_loop_hangs");

QString hangsDetail()
{
    return u"the services do not answer: a handler blocks their event loop"_s;
}

} // namespace

ServiceDoor::ServiceDoor(ServiceHouse &house, Crossing &toHouse, Crossing &back)
    : m_house(house)
    , m_toHouse(toHouse)
    , m_back(back)
{
    m_tellLost.setSingleShot(true);
    m_tellLost.setInterval(lostInterval);
    connect(&m_tellLost, &QTimer::timeout, this, &ServiceDoor::tellLost);
}

ServiceDoor::~ServiceDoor() = default;

/// Has \a question asked in the house's loop, and \a done called with the answer in this one.
template <typename Answer, typename Question>
void ServiceDoor::call(Question question, Done<Answer> done)
{
    m_toHouse.post([&house = m_house, &back = m_back, question = std::move(question),
                       done = std::move(done)]() mutable {
        back.post([done = std::move(done), answer = Answer(question(house))] { done(answer); });
    });
}

/// \a done for one answer: what comes first, that or the end of \a limit.
template <typename Answer>
ServiceSide::Done<Answer> ServiceDoor::within(
    std::chrono::milliseconds limit, Done<Answer> done, std::function<Answer()> otherwise)
{
    QPointer<PatientTimer> timer = new PatientTimer(PatientTimer::usualSlices, this);
    connect(timer, &PatientTimer::timeout, this, [timer, done, otherwise = std::move(otherwise)] {
        timer->deleteLater();
        timer->disconnect();
        done(otherwise());
    });
    timer->start(limit);
    return [timer, done = std::move(done)](const Answer &answer) {
        if (!timer || !timer->isActive())
            return; // too late
        timer->stop();
        timer->deleteLater();
        done(answer);
    };
}

void ServiceDoor::messageReceived(const ServiceProcess &from, const QJsonObject &payload)
{
    const qint64 bytes = QJsonDocument(payload).toJson(QJsonDocument::Compact).size() + bytesAround;
    Waiting &own = m_waitingOf[{from.process, from.instance}];
    if (!own)
        own = std::make_shared<std::atomic<qint64>>(0);
    if (*own + bytes > mostOfOne || *m_waiting + bytes > mostOfAll)
        return countLost(from);
    *own += bytes;
    *m_waiting += bytes;
    m_toHouse.post([&house = m_house, from, payload, bytes, own, all = m_waiting] {
        *own -= bytes;
        *all -= bytes;
        house.messageReceived(from, payload);
    });
}

void ServiceDoor::countLost(const ServiceProcess &from)
{
    ++m_lost[from.process];
    if (!m_tellLost.isActive())
        m_tellLost.start();
}

void ServiceDoor::tellLost()
{
    for (const auto &[process, count] : std::exchange(m_lost, {}).asKeyValueRange())
        qCWarning(logServiceDoor,
            "%lld messages of %ls were dropped: its service does not take them fast enough", count,
            qUtf16Printable(process));
}

void ServiceDoor::messagesDropped(const ServiceProcess &to, int count)
{
    m_toHouse.post([&house = m_house, to, count] { house.messagesDropped(to, count); });
}

void ServiceDoor::ask(
    const ServiceProcess &from, const QJsonObject &payload, Done<QJsonObject> done)
{
    m_toHouse.post([&house = m_house, &back = m_back, from, payload, done = std::move(done)] {
        house.answers().answer(from, payload, [&back, done](const QJsonObject &response) {
            back.post([done, response] { done(response); });
        });
    });
}

void ServiceDoor::askForConnections(
    const QString &service, const QString &method, const QJsonObject &params, Done<Items> done)
{
    call<Items>(
        [service, method, params](const ServiceHouse &house) {
            return house.connections().answer(service, method, params);
        },
        std::move(done));
}

void ServiceDoor::connections(const ConnectionQuery &query, Done<ConnectionPage> done)
{
    call<ConnectionPage>(
        [query](const ServiceHouse &house) { return house.connections().page(query); },
        within<ConnectionPage>(timeForPage, std::move(done),
            [] { return CommandError{.code = hangsCode, .detail = hangsDetail()}; }));
}

std::shared_ptr<void> ServiceDoor::followConnections(
    const QString &service, Done<ConnectionNews> news)
{
    struct Following
    {
        explicit Following(Crossing &crossing)
            : toHouse(crossing)
        { }
        ~Following()
        {
            toHouse.post([desk = desk] { delete *desk; });
        }
        Q_DISABLE_COPY_MOVE(Following)

        Crossing &toHouse;
        /// For the house's thread; goes with its service.
        std::shared_ptr<QPointer<QObject>> desk = std::make_shared<QPointer<QObject>>();
    };
    auto following = std::make_shared<Following>(m_toHouse);
    const auto tell = [&back = m_back, news = std::move(news)](
                          const ConnectionNews &what) { back.post([news, what] { news(what); }); };
    m_toHouse.post([&house = m_house, service, tell, desk = following->desk] {
        *desk = house.followConnections(service, tell);
    });
    return following;
}

void ServiceDoor::prepare(const ConfigDifference &difference, const ServerConfig &config,
    Done<std::optional<ReloadRefusal>> done)
{
    using Answer = std::optional<ReloadRefusal>;
    const auto prepare = [difference, config](ServiceHouse &house) -> Answer {
        if (const auto error = house.prepare(difference, config))
            return ReloadRefusal{
                .code = u"cannot_listen"_s, .detail = error->message, .errors = {*error}};
        return std::nullopt;
    };
    call<Answer>(prepare, within<Answer>(timeToPrepare, std::move(done), [this]() -> Answer {
        abandon(); // what it may prepare yet
        return ReloadRefusal{.code = hangsCode, .detail = hangsDetail()};
    }));
}

void ServiceDoor::commit(const ServerConfig &config, std::function<void()> done)
{
    const auto finish = [done = std::move(done)](bool) { done(); };
    call<bool>(
        [config](ServiceHouse &house) {
            house.commit(config);
            return true;
        },
        within<bool>(timeToCommit, finish, [] { return false; }));
}

void ServiceDoor::abandon()
{
    m_toHouse.post([&house = m_house] { house.abandon(); });
}

QList<ServiceFacts> ServiceDoor::facts() const
{
    return m_house.facts();
}

LoopMeter &ServiceDoor::loop()
{
    return m_house.loop();
}

} // namespace semper
