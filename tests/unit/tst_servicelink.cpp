// SPDX-License-Identifier: GPL-3.0-or-later
#include "process/utc.h"
#include "protocol/connectionkeys.h"
#include "protocol/frame.h"

#include <semper/fakeclock.h>
#include <semper/fakelink.h>
#include <semper/process.h>
#include <semper/requesterror.h>

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace semper;

namespace {

QCoro::Task<> follow(Process &process, QList<ConnectionChange> &changes, bool &stopped)
{
    try {
        while (true) {
            const ConnectionChange change = co_await process.service().connectionChange();
            changes.append(change);
        }
    } catch (const Stopped &) {
        stopped = true;
    }
}

QCoro::Task<> takeOne(Process &process, std::optional<ConnectionChange> &change)
{
    change = co_await process.service().connectionChange();
}

QCoro::Task<> watch(Process &process)
{
    co_await process.service().watchConnections();
}

QCoro::Task<> close(Process &process, quint64 id, std::optional<bool> &answer)
{
    answer = co_await process.service().closeConnection(id);
}

QList<Connection> manyConnections(int count)
{
    QList<Connection> many(count);
    for (qsizetype i = 0; i < many.size(); ++i)
        many[i].id = quint64(i) + 1;
    return many;
}

QJsonArray opened(int count)
{
    QJsonArray list;
    for (const Connection &connection : manyConnections(count))
        list.append(connection.toJson());
    return list;
}

} // namespace

/// A process and the connections of its service.
class TestServiceLink : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void connectionsAreAskedForInPages();
    void aPageThatJustFitsIsFollowedByAnother();
    void comingsAndGoingsAreToldInOrder();
    void severalMayAwaitChanges();
    void signalsTellTheSame();
    void whatIsNotTakenIsBoundedAndCounted();
    void aReconnectionWatchesAgainAndTellsOfTheGap();
    void whoDoesNotWatchAsksForNothingOnAReconnection();
    void closingTellsWhetherThereWasOne();
    void aConnectionSurvivesItsJson();

private:
    std::unique_ptr<FakeLink> m_link;
    std::unique_ptr<FakeClock> m_clock;
    std::unique_ptr<Process> m_process;
};

void TestServiceLink::init()
{
    m_process.reset();
    m_link = std::make_unique<FakeLink>();
    m_clock = std::make_unique<FakeClock>();
    m_process = std::make_unique<Process>(u"p"_s, 0, QJsonObject(), *m_link, *m_clock);
}

void TestServiceLink::connectionsAreAskedForInPages()
{
    m_link->setConnections(manyConnections(1200));
    qsizetype count = 0;
    const auto ask = [](Process &process, qsizetype &counted) -> QCoro::Task<> {
        const auto connections = co_await process.service().connections();
        counted = connections.size();
    };
    const auto task = ask(*m_process, count);
    m_clock->advance(0s);
    QCOMPARE(count, 1200);
    const QList<QJsonObject> asked = m_link->sent(u"request");
    QCOMPARE(asked.size(), 3);
    QVERIFY(!asked.at(0)[keys::params].toObject().contains(keys::after));
    QCOMPARE(asked.at(1)[keys::params][keys::after], 500);
    QCOMPARE(asked.at(2)[keys::params][keys::after], 1000);
}

void TestServiceLink::aPageThatJustFitsIsFollowedByAnother()
{
    m_link->setConnections(manyConnections(500));
    qsizetype count = 0;
    const auto ask = [](Process &process, qsizetype &counted) -> QCoro::Task<> {
        const auto connections = co_await process.service().connections();
        counted = connections.size();
    };
    const auto task = ask(*m_process, count);
    m_clock->advance(0s);
    QCOMPARE(count, 500);
    QCOMPARE(m_link->sent(u"request").size(), 2);
}

void TestServiceLink::comingsAndGoingsAreToldInOrder()
{
    QList<ConnectionChange> changes;
    bool stopped = false;
    const auto task = follow(*m_process, changes, stopped);
    m_clock->advance(0s);
    QCOMPARE(m_link->sent(u"request").at(0)[keys::method], methods::subscribeConnections);
    m_link->openConnection({.id = 7, .peer = u"a"_s, .since = {}});
    m_link->openConnection({.id = 8, .peer = u"b"_s, .since = {}});
    m_link->closeConnection(7);
    m_clock->advance(0s);
    QCOMPARE(changes.size(), 3);
    QCOMPARE(changes.at(0).kind, ConnectionChange::Kind::Opened);
    QCOMPARE(changes.at(0).connection.id, quint64(7));
    QCOMPARE(changes.at(1).connection.peer, u"b"_s);
    QCOMPARE(changes.at(2).kind, ConnectionChange::Kind::Closed);
    QCOMPARE(changes.at(2).connection.id, quint64(7));
    m_process->requestStop();
    m_clock->advance(0s);
    QVERIFY(stopped);
}

void TestServiceLink::severalMayAwaitChanges()
{
    // Each change is one's, who was faster, and the other waits on.
    std::optional<ConnectionChange> one;
    std::optional<ConnectionChange> other;
    const auto first = takeOne(*m_process, one);
    m_clock->advance(0s);
    const auto second = takeOne(*m_process, other);
    m_clock->advance(0s);
    m_link->openConnection({.id = 1, .peer = {}, .since = {}});
    m_clock->advance(0s);
    QVERIFY(one.has_value() != other.has_value());
    m_link->openConnection({.id = 2, .peer = {}, .since = {}});
    m_clock->advance(0s);
    QVERIFY(one && other);
    QVERIFY(one->connection.id != other->connection.id);
}

void TestServiceLink::signalsTellTheSame()
{
    QSignalSpy came(&m_process->service(), &ServiceLink::connectionOpened);
    QSignalSpy went(&m_process->service(), &ServiceLink::connectionClosed);
    QSignalSpy missed(&m_process->service(), &ServiceLink::connectionsMissed);
    const auto task = watch(*m_process);
    m_clock->advance(0s);
    QVERIFY(task.isReady());
    m_link->receive(makeFrame(frames::connections,
        {{keys::opened, opened(3)}, {keys::closed, opened(2)}, {keys::missed, 40}}));
    QCOMPARE(came.count(), 3);
    QCOMPARE(went.count(), 2);
    QCOMPARE(missed.count(), 1);
    QCOMPARE(missed.at(0).at(0).toLongLong(), 40);
}

void TestServiceLink::whatIsNotTakenIsBoundedAndCounted()
{
    const auto watching = watch(*m_process);
    m_clock->advance(0s);
    m_link->receive(makeFrame(frames::connections, {{keys::opened, opened(1500)}}));
    m_link->receive(makeFrame(frames::connections, {{keys::missed, 30}}));
    QList<ConnectionChange> changes;
    bool stopped = false;
    const auto task = follow(*m_process, changes, stopped);
    m_clock->advance(0s);
    QCOMPARE(changes.size(), 1001);
    QCOMPARE(changes.constLast(),
        (ConnectionChange{.kind = ConnectionChange::Kind::Missed, .missed = 530}));
    m_process->requestStop();
    m_clock->advance(0s);
}

void TestServiceLink::aReconnectionWatchesAgainAndTellsOfTheGap()
{
    QSignalSpy missed(&m_process->service(), &ServiceLink::connectionsMissed);
    const auto task = watch(*m_process);
    m_clock->advance(0s);
    QCOMPARE(m_link->sent(u"request").size(), 1);
    m_link->receive(makeFrame(frames::welcome));
    const QList<QJsonObject> asked = m_link->sent(u"request");
    QCOMPARE(asked.size(), 2);
    QCOMPARE(asked.at(1)[keys::method], methods::subscribeConnections);
    QCOMPARE(missed.count(), 1);
    QCOMPARE(missed.at(0).at(0).toLongLong(), 0);
}

void TestServiceLink::whoDoesNotWatchAsksForNothingOnAReconnection()
{
    m_link->receive(makeFrame(frames::welcome));
    QVERIFY(m_link->sent(u"request").isEmpty());
}

void TestServiceLink::closingTellsWhetherThereWasOne()
{
    m_link->setConnections(manyConnections(2));
    std::optional<bool> there;
    std::optional<bool> gone;
    const auto first = close(*m_process, 2, there);
    m_clock->advance(0s);
    QCOMPARE(there, true);
    const auto second = close(*m_process, 2, gone);
    m_clock->advance(0s);
    QCOMPARE(gone, false);
}

void TestServiceLink::aConnectionSurvivesItsJson()
{
    const QDateTime now = QDateTime::fromMSecsSinceEpoch(1'800'000'000'123, utcZone);
    const Connection connection{.id = 5,
        .peer = u"[::1]:4"_s,
        .since = now,
        .bytesIn = 1,
        .bytesOut = 2,
        .lastActivity = now.addMSecs(7),
        .user = u"alice"_s,
        .listener = u"public"_s};
    QCOMPARE(Connection::fromJson(connection.toJson()), connection);
}

QTEST_GUILESS_MAIN(TestServiceLink)
#include "tst_servicelink.moc"
