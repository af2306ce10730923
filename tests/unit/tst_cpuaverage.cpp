// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervision/cpuaverage.h"

#include <QTest>

using namespace std::chrono_literals;
using namespace semper;

namespace {

/// Samples every 10 s of something that uses CPU at a pace.
class Burner
{
public:
    explicit Burner(double limit)
        : average(limit)
    {
        average.add(m_now, m_used);
    }

    /// What was told in \a count samples, each 10 s after the last.
    QList<bool> burn(int count, double cores)
    {
        QList<bool> told;
        for (int i = 0; i < count; ++i) {
            m_now += 10s;
            m_used += std::chrono::milliseconds(qint64(cores * 10'000));
            if (const auto crossed = average.add(m_now, m_used))
                told.append(*crossed);
        }
        return told;
    }

    CpuAverage average;

private:
    Instant m_now{1h};
    std::chrono::milliseconds m_used{500};
};

} // namespace

class TestCpuAverage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itIsToldOnceAfterAMinuteAboveTheLimit();
    void whatUsesLessIsNeverToldOf();
    void aShortBurstIsNotToldOf();
    void theFallIsToldOnce();
    void oneThatWaversAroundTheLimitIsToldOfOnce();
    void anotherLaunchBeginsAnew();
    void lessThanBeforeCountsAsNone();
};

void TestCpuAverage::itIsToldOnceAfterAMinuteAboveTheLimit()
{
    Burner burner(0.5);
    QCOMPARE(burner.burn(5, 0.9), QList<bool>());
    QCOMPARE(burner.burn(1, 0.9), QList<bool>({true}));
    QVERIFY(qAbs(burner.average.average() - 0.9) < 0.001);
    QCOMPARE(burner.burn(100, 0.9), QList<bool>());
}

void TestCpuAverage::whatUsesLessIsNeverToldOf()
{
    Burner burner(0.5);
    QCOMPARE(burner.burn(100, 0.5), QList<bool>());
}

void TestCpuAverage::aShortBurstIsNotToldOf()
{
    Burner burner(0.5);
    QCOMPARE(burner.burn(10, 0), QList<bool>());
    QCOMPARE(burner.burn(2, 1), QList<bool>());
    QCOMPARE(burner.burn(10, 0), QList<bool>());
}

void TestCpuAverage::theFallIsToldOnce()
{
    Burner burner(0.5);
    QCOMPARE(burner.burn(6, 1), QList<bool>({true}));
    QCOMPARE(burner.burn(100, 0), QList<bool>({false}));
    QCOMPARE(burner.burn(6, 1), QList<bool>({true}));
}

void TestCpuAverage::oneThatWaversAroundTheLimitIsToldOfOnce()
{
    Burner burner(0.5);
    QCOMPARE(burner.burn(6, 0.52), QList<bool>({true}));
    for (int i = 0; i < 20; ++i) {
        QCOMPARE(burner.burn(6, 0.48), QList<bool>());
        QCOMPARE(burner.burn(6, 0.52), QList<bool>());
    }
    QCOMPARE(burner.burn(10, 0.44), QList<bool>({false}));
}

void TestCpuAverage::anotherLaunchBeginsAnew()
{
    Burner burner(0.5);
    QCOMPARE(burner.burn(6, 1), QList<bool>({true}));
    burner.average.clear();
    QCOMPARE(burner.average.average(), 0.0);
    QCOMPARE(burner.burn(6, 1), QList<bool>());
    QCOMPARE(burner.burn(1, 1), QList<bool>({true}));
}

void TestCpuAverage::lessThanBeforeCountsAsNone()
{
    CpuAverage average(0.5);
    Instant now{1h};
    for (int i = 0; i < 20; ++i)
        QVERIFY(!average.add(now += 10s, i % 2 == 0 ? 5000ms : 0ms));
    QCOMPARE(average.average(), 0.0);
}

QTEST_GUILESS_MAIN(TestCpuAverage)
#include "tst_cpuaverage.moc"
