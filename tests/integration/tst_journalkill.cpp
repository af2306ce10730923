// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/hubpeer.h"
#include "support/runningserver.h"

#include "protocol/keys.h"

#include <QJsonArray>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTest>

#include <csignal>
#include <map>
#include <set>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

constexpr int patience = 60'000;

/// With the switch of the long tests, as many as the promise is made for.
int rounds()
{
    return qEnvironmentVariableIsSet("SEMPER_LONG_TESTS") ? 50 : 5;
}

/// Processes that die all the time.
QJsonObject load()
{
    QJsonObject processes;
    for (int i = 0; i < 8; ++i)
        processes.insert(u"p%1"_s.arg(i),
            QJsonObject{{u"command"_s, QJsonArray{helperProgram(u"exit-with"_s), u"3"_s}},
                {u"restart"_s, QJsonObject{{u"backoff_ms"_s, 1}, {u"multiplier"_s, 1}}}});
    return processes;
}

/// What a watcher was told: ids, and whether they were durable.
using Told = std::map<qint64, bool>;

/// Takes what \a peer has received since the last time.
void take(HubPeer &peer, Told &told)
{
    for (const QJsonObject &frame : peer.framesOf(u"event")) {
        const QJsonObject event = frame.value(keys::event).toObject();
        told[event.value(keys::id).toInteger()] |= event.value(keys::durable).toBool();
    }
    peer.forget();
}

QList<QJsonObject> eventsOf(RunningServer &server)
{
    QList<QJsonObject> events;
    QJsonObject page{{keys::next, 0}, {keys::more, true}};
    while (page.value(keys::more).toBool()) {
        page = server
                   .get(u"/api/v1/events?limit=1000&after=%1"_s.arg(
                       page.value(keys::next).toInteger()))
                   .toObject();
        for (const QJsonValue &event : page.value(keys::events).toArray())
            events.append(event.toObject());
    }
    return events;
}

} // namespace

/// What a server that is killed under load has promised.
class TestJournalKill : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatWasToldAsDurableIsThereAndNoIdTwice();
};

void TestJournalKill::whatWasToldAsDurableIsThereAndNoIdTwice()
{
    RunningServer server(load(), {{u"state_directory"_s, u"state"_s}});
    Told told; // by all servers
    std::set<qint64> missing; // as the servers have said
    for (int round = 0; round < rounds(); ++round) {
        QVERIFY2(server.start(), qPrintable(server.log()));
        const qint64 before = told.empty() ? 0 : told.rbegin()->first;
        HubPeer peer(server.socketPath());
        Told ofThis;
        peer.watch({u"events"_s}, {{keys::durable, true}});
        const auto hasEnough = [&] {
            take(peer, ofThis);
            return ofThis.size() > std::size_t(200 + 37 * (round % 9));
        };
        QTRY_VERIFY_WITH_TIMEOUT(hasEnough(), patience);
        QVERIFY(ofThis.begin()->first > before); // no id is given twice
        ::kill(pid_t(server.serverPid()), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(!server.isRunning(), patience);
        QTest::qWait(0);
        take(peer, ofThis);
        for (const auto &[id, durable] : ofThis)
            QVERIFY2(told.insert({id, durable}).second, qPrintable(QString::number(id)));
    }
    QVERIFY2(server.start(), qPrintable(server.log()));
    std::set<qint64> kept;
    int losses = 0;
    for (const QJsonObject &event : eventsOf(server)) {
        QVERIFY(kept.insert(event.value(keys::id).toInteger()).second);
        if (event.value(keys::type) != u"server_lost"_s)
            continue;
        ++losses;
        for (qint64 id = event.value(keys::firstId).toInteger(1);
             id <= event.value(keys::lastId).toInteger(); ++id)
            missing.insert(id);
    }
    QCOMPARE(losses, rounds());
    int durable = 0;
    for (const auto &[id, isDurable] : told) {
        QVERIFY2(kept.contains(id) != missing.contains(id), qPrintable(QString::number(id)));
        QVERIFY2(!isDurable || kept.contains(id), qPrintable(QString::number(id)));
        durable += isDurable ? 1 : 0;
    }
    QVERIFY(durable > rounds() * 50);
    QCOMPARE(server.stop(), 0);
    QSqlDatabase journal = QSqlDatabase::addDatabase(u"QSQLITE"_s);
    journal.setDatabaseName(server.folder() + u"/state/journal.sqlite"_s);
    QVERIFY(journal.open());
    QSqlQuery check(u"PRAGMA integrity_check"_s, journal);
    QVERIFY(check.next());
    QCOMPARE(check.value(0), u"ok"_s);
}

QTEST_GUILESS_MAIN(TestJournalKill)
#include "tst_journalkill.moc"
