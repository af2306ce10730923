// SPDX-License-Identifier: GPL-3.0-or-later
#include "host/hublink.h"

#include "testhub.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

constexpr int patience = 10000;

[[nodiscard]] QJsonObject message(int number)
{
    return makeFrame(frames::message, {{keys::payload, QJsonObject{{u"number"_s, number}}}});
}

} // namespace

class TestHubLink : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void messagesWaitForTheWelcomeInOrderAndAreBounded();
    void ofTitlesOnlyTheNewestWaits();
    void aHeartbeatIsWorthNothingLater();
    void afterALostConnectionMessagesWaitAgain();

private:
    std::unique_ptr<TestHub> m_hub;
    std::unique_ptr<HubLink> m_link;
};

void TestHubLink::init()
{
    m_hub = std::make_unique<TestHub>();
    m_hub->setWelcomes(false);
    m_link = std::make_unique<HubLink>(m_hub->socketPath(), makeFrame(frames::hello));
    m_link->open();
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->hellos(), 1, patience);
}

void TestHubLink::messagesWaitForTheWelcomeInOrderAndAreBounded()
{
    for (int i = 0; i < HubLink::maximumWaiting; ++i)
        QVERIFY(m_link->send(message(i)));
    QVERIFY(!m_link->send(message(-1)));
    m_hub->sendWelcome();
    QTRY_COMPARE_WITH_TIMEOUT(
        m_hub->frames(u"message"_s).size(), HubLink::maximumWaiting, patience);
    int expected = 0;
    for (const QJsonObject &frame : m_hub->frames(u"message"_s))
        QCOMPARE(frame.value(keys::payload)[u"number"_s].toInt(-1), expected++);
    QVERIFY(m_link->send(message(0))); // there is room again
}

void TestHubLink::ofTitlesOnlyTheNewestWaits()
{
    for (int i = 0; i < 1000; ++i)
        QVERIFY(m_link->send(makeFrame(frames::title, {{keys::text, QString::number(i)}})));
    QVERIFY(m_link->send(message(1)));
    m_hub->sendWelcome();
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->frames(u"message"_s).size(), 1, patience);
    QCOMPARE(m_hub->frames(u"title"_s).size(), 1);
    QCOMPARE(m_hub->latest(u"title"_s).value(keys::text), u"999"_s);
}

void TestHubLink::aHeartbeatIsWorthNothingLater()
{
    QVERIFY(!m_link->send(makeFrame(frames::heartbeat)));
    QVERIFY(m_link->send(message(1)));
    m_hub->sendWelcome();
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->frames(u"message"_s).size(), 1, patience);
    QVERIFY(m_hub->frames(u"heartbeat"_s).isEmpty());
    QVERIFY(m_link->send(makeFrame(frames::heartbeat)));
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->frames(u"heartbeat"_s).size(), 1, patience);
}

void TestHubLink::afterALostConnectionMessagesWaitAgain()
{
    m_hub->sendWelcome();
    QVERIFY(m_link->send(makeFrame(frames::status, {{keys::text, u"busy"_s}})));
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->frames(u"status"_s).size(), 1, patience);
    m_hub->forget();
    m_hub->cut();
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->hellos(), 1, patience);
    QVERIFY(m_link->send(message(7)));
    m_hub->sendWelcome();
    QTRY_COMPARE_WITH_TIMEOUT(m_hub->frames(u"message"_s).size(), 1, patience);
    QCOMPARE(m_hub->latest(u"status"_s).value(keys::text), u"busy"_s); // told once more
}

QTEST_GUILESS_MAIN(TestHubLink)
#include "tst_hublink.moc"
