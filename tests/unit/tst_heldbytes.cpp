// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/heldbytes.h"

#include <QTest>

#include <memory>
#include <utility>
#include <vector>

using namespace semper;

namespace {

struct Client
{
    void holds(qint64 all)
    {
        const qint64 more = all - std::exchange(bytes, all);
        bytes -= more; // which is on its way in
        held.grew(more);
        bytes += more;
    }

    bool isCutOff = false;
    qint64 bytes = 0;
    HeldBytes held{[this] { return bytes; }, [this] { isCutOff = true; }};
};

} // namespace

class TestHeldBytes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { HeldBytes::setBudget({.strangers = 1000, .all = 2000}); }

    void theLargestIsGivenUp();
    void whatIsGivenBackCountsNoMore();
    void strangersGoBeforeThoseWithAToken();
    void thoseWithATokenHaveABudgetToo();
    void twoOfTheLargestMessagesAlwaysFit();
    void manyHalfMessagesStayWithinTheBudget();
    void whatWasTakenMeanwhileCountsNoMore();
};

void TestHeldBytes::theLargestIsGivenUp()
{
    Client small;
    Client large;
    Client last;
    small.holds(100);
    large.holds(800);
    last.holds(100);
    QVERIFY(!large.isCutOff);
    last.holds(101);
    QVERIFY(large.isCutOff);
    QVERIFY(!small.isCutOff);
    QVERIFY(!last.isCutOff);
    large.holds(5000); // it is on its way out
    QVERIFY(!small.isCutOff);
    Client greedy;
    greedy.holds(1001);
    QVERIFY(greedy.isCutOff);
}

void TestHeldBytes::whatIsGivenBackCountsNoMore()
{
    for (int i = 0; i < 10; ++i) {
        Client client;
        client.holds(900);
        client.holds(50);
        client.holds(990);
        QVERIFY(!client.isCutOff);
    }
}

void TestHeldBytes::strangersGoBeforeThoseWithAToken()
{
    Client stranger;
    Client trusted;
    trusted.holds(700);
    trusted.held.setTrusted();
    trusted.holds(1700);
    stranger.holds(200);
    QVERIFY(!stranger.isCutOff);
    stranger.holds(301);
    QVERIFY(stranger.isCutOff);
    QVERIFY(!trusted.isCutOff);
}

void TestHeldBytes::thoseWithATokenHaveABudgetToo()
{
    Client one;
    Client other;
    one.held.setTrusted();
    other.held.setTrusted();
    one.holds(900);
    other.holds(1101);
    QVERIFY(other.isCutOff);
    QVERIFY(!one.isCutOff);
}

void TestHeldBytes::twoOfTheLargestMessagesAlwaysFit()
{
    HeldBytes::allowMessage(10'000);
    QCOMPARE(HeldBytes::budget().strangers, 20'000);
    QCOMPARE(HeldBytes::budget().all, 40'000);
    HeldBytes::allowMessage(1);
    QCOMPARE(HeldBytes::budget().strangers, 20'000);
}

void TestHeldBytes::manyHalfMessagesStayWithinTheBudget()
{
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 900; ++i) {
        clients.push_back(std::make_unique<Client>());
        clients.back()->holds(100);
    }
    qsizetype left = 0;
    for (const auto &client : clients)
        left += client->isCutOff ? 0 : 1;
    QCOMPARE(left, 10);
}

void TestHeldBytes::whatWasTakenMeanwhileCountsNoMore()
{
    Client served;
    Client other;
    served.holds(900);
    served.bytes = 0; // by a handler, which nobody told
    other.holds(900);
    QVERIFY(!served.isCutOff);
    QVERIFY(!other.isCutOff);
}

QTEST_GUILESS_MAIN(TestHeldBytes)
#include "tst_heldbytes.moc"
