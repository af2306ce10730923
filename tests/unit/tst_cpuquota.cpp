// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/cpuquota.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>

using namespace Qt::StringLiterals;
using namespace semper;

namespace {

using Files = QMap<QString, QByteArray>;

const QString group = u"proc/self/cgroup"_s;
const QString mountinfo = u"proc/self/mountinfo"_s;

const QByteArray second = "30 23 0:27 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
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
    QTest::addColumn<Files>("files");
    QTest::addColumn<std::optional<double>>("quota");
    const std::optional<double> none;
    const auto row = [](const char *name, const Files &files, std::optional<double> quota) {
        QTest::newRow(name) << files << quota;
    };
    const QString top = u"sys/fs/cgroup"_s;
    row("no control groups", {}, none);
    row("version 2, of its own",
        {{group, "0::/a/b\n"}, {mountinfo, second}, {top + u"/a/b/cpu.max"_s, "150000 100000\n"}},
        1.5);
    row("version 2, of one above",
        {{group, "0::/a/b\n"}, {mountinfo, second}, {top + u"/a/b/cpu.max"_s, "max 100000\n"},
            {top + u"/a/cpu.max"_s, "50000 100000\n"}},
        0.5);
    row("version 2, the least",
        {{group, "0::/a/b\n"}, {mountinfo, second}, {top + u"/a/b/cpu.max"_s, "300000 100000\n"},
            {top + u"/a/cpu.max"_s, "20000 10000\n"}},
        2);
    row("version 2, none",
        {{group, "0::/a\n"}, {mountinfo, second}, {top + u"/a/cpu.max"_s, "max 100000\n"}}, none);
    row("version 2, seen from inside",
        {{group, "0::/\n"}, {mountinfo, second}, {top + u"/cpu.max"_s, "200000 100000\n"}}, 2);
    row("version 2, of a container",
        {{group, "0::/docker/1\n"},
            {mountinfo,
                "30 23 0:27 /docker/1 /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n"},
            {top + u"/cpu.max"_s, "200000 100000\n"}},
        2);
    row("version 2, out of sight",
        {{group, "0::/../other\n"}, {mountinfo, second}, {top + u"/cpu.max"_s, "200000 100000\n"}},
        2);
    row("version 1",
        {{group, "5:cpuset:/x\n4:cpu,cpuacct:/a/b\n1:name=systemd:/z\n0::/z\n"}, {mountinfo, first},
            {top + u"/cpu,cpuacct/a/b/cpu.cfs_quota_us"_s, "-1\n"},
            {top + u"/cpu,cpuacct/a/b/cpu.cfs_period_us"_s, "100000\n"},
            {top + u"/cpu,cpuacct/a/cpu.cfs_quota_us"_s, "25000\n"},
            {top + u"/cpu,cpuacct/a/cpu.cfs_period_us"_s, "50000\n"}},
        0.5);
    row("version 1, none",
        {{group, "4:cpu,cpuacct:/a\n"}, {mountinfo, first},
            {top + u"/cpu,cpuacct/a/cpu.cfs_quota_us"_s, "-1\n"},
            {top + u"/cpu,cpuacct/a/cpu.cfs_period_us"_s, "100000\n"}},
        none);
    row("both, a colon, and a blank",
        {{group, "4:cpu:/a:b\n0::/c d\n"},
            {mountinfo,
                "32 31 0:29 / /cpu rw - cgroup cgroup rw,cpu\n"
                "33 31 0:30 / /second\\040one rw - cgroup2 cgroup2 rw\n"},
            {u"cpu/a:b/cpu.cfs_quota_us"_s, "400000\n"},
            {u"cpu/a:b/cpu.cfs_period_us"_s, "100000\n"},
            {u"second one/c d/cpu.max"_s, "300000 100000\n"}},
        3);
    row("nonsense",
        {{group, "0::/a\nnonsense\n::\n"}, {mountinfo, second + "nonsense - cgroup2\n"},
            {top + u"/a/cpu.max"_s, "nonsense\n"}, {top + u"/cpu.max"_s, "1 0\n"}},
        none);
}

void TestCpuQuota::theLeastQuotaOnTheWayUpCounts()
{
    QFETCH(const Files, files);
    const QTemporaryDir root;
    for (auto it = files.cbegin(); it != files.cend(); ++it) {
        QFile file(root.filePath(it.key()));
        QVERIFY(QDir().mkpath(QFileInfo(file).path()));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(*it) == it->size());
    }
    QTEST(cpuQuota(root.path()), "quota");
}

void TestCpuQuota::thereIsAlwaysAProcessor()
{
    QVERIFY(usableProcessors() >= 1);
    QVERIFY(usableProcessors() <= std::max(1, QThread::idealThreadCount()));
}

QTEST_GUILESS_MAIN(TestCpuQuota)
#include "tst_cpuquota.moc"
