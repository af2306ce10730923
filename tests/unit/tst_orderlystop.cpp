// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/orderlystop.h"

#include "support/faketable.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

const Cause why = cause::Commanded{.action = QStringLiteral("stop")};

} // namespace

/// In which order several processes are stopped, without any.
class TestOrderlyStop : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void whatOthersNeedStopsAfterThem();
    void whatNobodyStopsIsNotWaitedFor();
    void whoIsStartedMeanwhileIsLeftAlone();
    void whatCannotBeKilledHoldsUpNobody();
    void whatIsDownIsNotWaitedFor();

private:
    /// Asks all to stop, and follows each that ends.
    void stop(const QList<SupervisedProcess *> &processes) { m_stop->begin(processes, why); }
    void end(const QString &name)
    {
        m_house->launchOf(name).exit(0);
        m_stop->follow(m_house->of(name));
    }

    std::unique_ptr<FakeTable> m_house;
    std::unique_ptr<OrderlyStop> m_stop;
};

/// "web" needs "api", which needs "db"; "log" is on its own.
void TestOrderlyStop::init()
{
    m_house = std::make_unique<FakeTable>();
    m_stop = std::make_unique<OrderlyStop>(m_house->table.companions());
    m_house->add(u"db"_s);
    m_house->add(u"api"_s, {.dependsOn = {{u"db"_s, DependencyLevel::Default}}});
    m_house->add(u"web"_s, {.dependsOn = {{u"api"_s, DependencyLevel::Default}}});
    m_house->add(u"log"_s);
    m_house->startAll();
}

void TestOrderlyStop::whatOthersNeedStopsAfterThem()
{
    stop(m_house->table.all());
    QVERIFY(m_house->isAskedToStop(u"web"_s));
    QVERIFY(m_house->isAskedToStop(u"log"_s));
    QVERIFY(!m_house->isAskedToStop(u"api"_s));
    QVERIFY(!m_house->isAskedToStop(u"db"_s));
    end(u"log"_s); // nobody's business
    QVERIFY(!m_house->isAskedToStop(u"api"_s));
    end(u"web"_s);
    QVERIFY(m_house->isAskedToStop(u"api"_s));
    QVERIFY(!m_house->isAskedToStop(u"db"_s));
    end(u"api"_s);
    QVERIFY(m_house->isAskedToStop(u"db"_s));
    end(u"db"_s);
    for (const SupervisedProcess *process : m_house->table.all()) {
        QVERIFY(OrderlyStop::isOver(*process));
        QCOMPARE(process->state().cause, why);
    }
}

void TestOrderlyStop::whatNobodyStopsIsNotWaitedFor()
{
    stop({&m_house->of(u"db"_s)}); // and leaves those that need it without it
    QVERIFY(m_house->isAskedToStop(u"db"_s));
    QVERIFY(!m_house->isAskedToStop(u"api"_s));
}

void TestOrderlyStop::whoIsStartedMeanwhileIsLeftAlone()
{
    stop(m_house->table.all());
    m_stop->forget(&m_house->of(u"api"_s));
    end(u"web"_s);
    QVERIFY(!m_house->isAskedToStop(u"api"_s));
    // "db" is needed by one that goes on, which is no reason to keep it from stopping any longer.
    m_stop->begin({&m_house->of(u"db"_s)}, why);
    QVERIFY(m_house->isAskedToStop(u"db"_s));
}

void TestOrderlyStop::whatCannotBeKilledHoldsUpNobody()
{
    m_house->launcher.manners.lingers = true;
    m_house->launchOf(u"web"_s).exit(1); // its next launch lingers
    stop(m_house->table.all());
    SupervisedProcess &web = m_house->of(u"web"_s);
    web.handle(happening::TimerElapsed{});
    QVERIFY(m_house->launchOf(u"web"_s).received.contains(SIGKILL));
    m_stop->follow(web);
    QVERIFY(!m_house->isAskedToStop(u"api"_s)); // it may end yet
    web.handle(happening::TimerElapsed{});
    m_stop->follow(web);
    QVERIFY(web.state().isUnkillable());
    QVERIFY(m_house->isAskedToStop(u"api"_s));
}

void TestOrderlyStop::whatIsDownIsNotWaitedFor()
{
    m_house->of(u"web"_s).handle(happening::Stop{});
    m_house->launchOf(u"web"_s).exit(0);
    stop(m_house->table.all());
    QVERIFY(m_house->isAskedToStop(u"api"_s));
    QVERIFY(!m_house->isAskedToStop(u"db"_s));
}

QTEST_GUILESS_MAIN(TestOrderlyStop)
#include "tst_orderlystop.moc"
