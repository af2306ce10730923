// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/cpuquota.h"

#include "support/controlgroupfiles.h"

#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

const QByteArray first
    = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
      "33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n"
      "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:5 - cgroup cgroup "
      "rw,cpu,cpuacct\n";

} // namespace

class TestCpuQuota : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theLeastQuotaOnTheWayUpCounts_data();
    void theLeastQuotaOnTheWayUpCounts();
    void thereIsAlwaysAProcessor();
};

void TestCpuQuota::theLeastQuotaOnTheWayUpCounts_data()
{
    QTest::addColumn<ControlGroupFiles>("files");
    QTest::addColumn<std::optional<double>>("quota");
    const std::optional<double> none;
    const auto row = [](const char *name, const ControlGroupFiles &files,
                         std::optional<double> quota) { QTest::newRow(name) << files << quota; };
    const QString top = u"sys/fs/cgroup"_s;
    row("no control groups", {}, none);
    row("version 2, of its own",
        {{groupFile, "0::/a/b\n"}, {mountsFile, secondVersion},
            {top + u"/a/b/cpu.max"_s, "150000 100000\n"}},
        1.5);
    row("version 2, of one above",
        {{groupFile, "0::/a/b\n"}, {mountsFile, secondVersion},
            {top + u"/a/b/cpu.max"_s, "max 100000\n"}, {top + u"/a/cpu.max"_s, "50000 100000\n"}},
        0.5);
    row("version 2, the least",
        {{groupFile, "0::/a/b\n"}, {mountsFile, secondVersion},
            {top + u"/a/b/cpu.max"_s, "300000 100000\n"}, {top + u"/a/cpu.max"_s, "20000 10000\n"}},
        2);
    row("version 2, none",
        {{groupFile, "0::/a\n"}, {mountsFile, secondVersion},
            {top + u"/a/cpu.max"_s, "max 100000\n"}},
        none);
    row("version 2, seen from inside",
        {{groupFile, "0::/\n"}, {mountsFile, secondVersion},
            {top + u"/cpu.max"_s, "200000 100000\n"}},
        2);
    row("version 2, of a container",
        {{groupFile, "0::/docker/1\n"},
            {mountsFile,
                "30 23 0:27 /docker/1 /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n"},
            {top + u"/cpu.max"_s, "200000 100000\n"}},
        2);
    row("version 2, out of sight",
        {{groupFile, "0::/../other\n"}, {mountsFile, secondVersion},
            {top + u"/cpu.max"_s, "200000 100000\n"}},
        2);
    row("version 1",
        {{groupFile, "5:cpuset:/x\n4:cpu,cpuacct:/a/b\n1:name=systemd:/z\n0::/z\n"},
            {mountsFile, first}, {top + u"/cpu,cpuacct/a/b/cpu.cfs_quota_us"_s, "-1\n"},
            {top + u"/cpu,cpuacct/a/b/cpu.cfs_period_us"_s, "100000\n"},
            {top + u"/cpu,cpuacct/a/cpu.cfs_quota_us"_s, "25000\n"},
            {top + u"/cpu,cpuacct/a/cpu.cfs_period_us"_s, "50000\n"}},
        0.5);
    row("version 1, none",
        {{groupFile, "4:cpu,cpuacct:/a\n"}, {mountsFile, first},
            {top + u"/cpu,cpuacct/a/cpu.cfs_quota_us"_s, "-1\n"},
            {top + u"/cpu,cpuacct/a/cpu.cfs_period_us"_s, "100000\n"}},
        none);
    row("both, a colon, and a blank",
        {{groupFile, "4:cpu:/a:b\n0::/c d\n"},
            {mountsFile,
                "32 31 0:29 / /cpu rw - cgroup cgroup rw,cpu\n"
                "33 31 0:30 / /second\\040one rw - cgroup2 cgroup2 rw\n"},
            {u"cpu/a:b/cpu.cfs_quota_us"_s, "400000\n"},
            {u"cpu/a:b/cpu.cfs_period_us"_s, "100000\n"},
            {u"second one/c d/cpu.max"_s, "300000 100000\n"}},
        3);
    row("nonsense",
        {{groupFile, "0::/a\nnonsense\n::\n"}, {mountsFile, secondVersion + "nonsense - cgroup2\n"},
            {top + u"/a/cpu.max"_s, "nonsense\n"}, {top + u"/cpu.max"_s, "1 0\n"}},
        none);
}

void TestCpuQuota::theLeastQuotaOnTheWayUpCounts()
{
    QFETCH(const ControlGroupFiles, files);
    const QTemporaryDir root;
    QVERIFY(write(files, root));
    QTEST(cpuQuota(root.path()), "quota");
}

void TestCpuQuota::thereIsAlwaysAProcessor()
{
    QVERIFY(usableProcessors() >= 1);
    QVERIFY(usableProcessors() <= std::max(1, QThread::idealThreadCount()));
}

QTEST_GUILESS_MAIN(TestCpuQuota)
#include "tst_cpuquota.moc"
