// SPDX-License-Identifier: GPL-3.0-or-later
#include "turns/turnline.h"
#include "turns/turntaker.h"

#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <chrono>
#include <memory>

using namespace semper;
using namespace std::chrono_literals;

class TestTurns : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whoWaitsIsServedInTheLoopOfAnotherOnesPiece();
};

// Those that waited when a handler made an event loop of its own waited until it was over, unless
// another one came.
void TestTurns::whoWaitsIsServedInTheLoopOfAnotherOnesPiece()
{
    const auto line = std::make_shared<TurnLine>();
    QEventLoop nested;
    bool isServed = false;
    bool isServedInside = false;
    TurnTaker first(line, [&] {
        QTimer::singleShot(30s, &nested, &QEventLoop::quit);
        nested.exec();
        isServedInside = isServed;
        return false;
    });
    TurnTaker second(line, [&] {
        isServed = true;
        nested.quit();
        return false;
    });
    first.askLater();
    second.askLater();
    QTRY_VERIFY_WITH_TIMEOUT(isServed, 40'000);
    QVERIFY(isServedInside);
}

QTEST_GUILESS_MAIN(TestTurns)
#include "tst_turns.moc"
