// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/usablememory.h"

#include "support/controlgroupfiles.h"

#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace semper;
using namespace semper::test;

namespace {

const QByteArray first
    = "32 31 0:29 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory\n"
      "33 31 0:30 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n";

} // namespace

class TestUsableMemory : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theLeastLimitOnTheWayUpCounts_data();
    void theLeastLimitOnTheWayUpCounts();
};

void TestUsableMemory::theLeastLimitOnTheWayUpCounts_data()
{
    QTest::addColumn<ControlGroupFiles>("files");
    QTest::addColumn<std::optional<qint64>>("limit");
    const std::optional<qint64> none;
    const auto row = [](const char *name, const ControlGroupFiles &files,
                         std::optional<qint64> limit) { QTest::newRow(name) << files << limit; };
    const QString top = u"sys/fs/cgroup"_s;
    row("no control groups", {}, none);
    row("version 2, of one above",
        {{groupFile, "0::/a/b\n"}, {mountsFile, secondVersion},
            {top + u"/a/b/memory.max"_s, "max\n"}, {top + u"/a/memory.max"_s, "50000\n"}},
        50000);
    row("version 2, of a container",
        {{groupFile, "0::/docker/1\n"},
            {mountsFile, "30 23 0:27 /docker/1 /my\\040groups rw - cgroup2 cgroup rw\n"},
            {u"my groups/memory.max"_s, "70000\n"}},
        70000);
    row("version 1",
        {{groupFile, "5:cpu:/x\n4:memory:/a/b\n0::/z\n"}, {mountsFile, first},
            {top + u"/memory/memory.limit_in_bytes"_s, "9223372036854771712\n"},
            {top + u"/memory/a/memory.limit_in_bytes"_s, "40000\n"},
            {top + u"/memory/a/b/memory.limit_in_bytes"_s, "60000\n"},
            {top + u"/cpu/x/memory.limit_in_bytes"_s, "1\n"}},
        40000);
}

void TestUsableMemory::theLeastLimitOnTheWayUpCounts()
{
    QFETCH(const ControlGroupFiles, files);
    const QTemporaryDir root;
    QVERIFY(write(files, root));
    QTEST(memoryLimitOfGroups(root.path()), "limit");
}

QTEST_GUILESS_MAIN(TestUsableMemory)
#include "tst_usablememory.moc"
