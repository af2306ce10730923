// SPDX-License-Identifier: GPL-3.0-or-later
// semper-chaos: a server with many processes, hurt at random for some rounds; after each round
// everything has to be as if nothing had happened. Ends with 1 at the first round where it is not.
#include "chaos/census.h"
#include "chaos/misdeeds.h"
#include "chaos/yard.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QTextStream>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>

using namespace Qt::StringLiterals;
using namespace semper::chaos;

namespace {

/// What a server may hold more than when it was quiet for the first time.
constexpr int strayDescriptors = 8;
#ifdef __SANITIZE_ADDRESS__ // which keeps for a while what was freed
constexpr qint64 strayKilobytes = 1024 * 1024;
#else
constexpr qint64 strayKilobytes = 4096;
#endif

/// The quiet moments after which one descriptor more at each is a leak, however small.
constexpr int longLife = 5;

struct Holding
{
    qint64 server = 0;
    int descriptors = 0; ///< beside the two that each child that lives has
    QStringList kinds; ///< of the descriptors
    qint64 kilobytes = 0;
    QList<int> earlier; ///< descriptors at every quiet moment of this server, this one too
};

void say(const QString &text)
{
    QTextStream(stdout) << text << Qt::endl;
}

Holding holdingOf(qint64 server)
{
    Holding holding;
    holding.server = server;
    holding.kilobytes = privateDirtyOf(server);
    const QMap<QString, int> kinds = descriptorsOf(server);
    for (auto it = kinds.cbegin(); it != kinds.cend(); ++it) {
        holding.descriptors += *it;
        holding.kinds.append(u"%1 %2"_s.arg(*it).arg(it.key()));
        if (it.key().contains(u"pidfd"_s))
            holding.descriptors -= 2 * *it; // and the pipe of its output
    }
    return holding;
}

bool growsSteadily(const QList<int> &moments)
{
    if (moments.size() < longLife)
        return false;
    const QList<int> last = moments.last(longLife);
    return std::adjacent_find(last.begin(), last.end(), std::greater_equal<>()) == last.end();
}

QStringList withoutOwner(Yard &yard)
{
    QList<qint64> launches;
    for (const auto &process : yard.processes())
        launches.append(process[u"pid"_s].toInteger());
    return Census::take(yard.server().mark())
        .orphans(launches, {yard.server().serverPid(), yard.server().guardianPid()});
}

/// A launch that comes or goes while it is looked for is not found so a second time.
QStringList orphans(Yard &yard)
{
    QStringList found = withoutOwner(yard);
    // A debugger that dumps the stack of a hung host has up to 10 s.
    for (int i = 0; i < 15 && !found.isEmpty(); ++i) {
        yard.listen(1000);
        const QStringList now = withoutOwner(yard);
        found.removeIf([&now](const QString &finding) { return !now.contains(finding); });
    }
    return found;
}

/// What must hold whenever all is quiet; \a before is of the first quiet moment of this server.
QStringList invariants(Yard &yard, Holding &before)
{
    QStringList wrong = yard.settle();
    wrong += orphans(yard);
    // Events that were on their way are heard by the next look; who dies all the time is met at
    // rest.
    QMap<QString, QString> books = yard.ledger().audit(yard.processes());
    for (int attempt = 0; attempt < 40 && !books.isEmpty(); ++attempt) {
        const QJsonArray processes = yard.processes();
        yard.listen(50);
        const QMap<QString, QString> now = yard.ledger().audit(processes);
        books.removeIf([&now](const auto &book) { return !now.contains(book.key()); });
    }
    for (const QString &finding : std::as_const(books))
        wrong += finding;
    wrong += yard.ledger().takeWrong();
    Holding now = holdingOf(yard.server().serverPid());
    if (now.server != before.server)
        before = now;
    else if (yard.ledger().compared() == 0)
        wrong.append(u"no process is left whose restarts can be compared with its events"_s);
    // What is on its way, a stack that is being dumped for one, comes to its end.
    for (int i = 0; i < 20 && now.descriptors > before.descriptors + strayDescriptors; ++i) {
        yard.listen(500);
        now = holdingOf(now.server);
    }
    if (now.descriptors > before.descriptors + strayDescriptors)
        wrong.append(u"the server holds more descriptors: %1; before: %2"_s.arg(
            now.kinds.join(u", "_s), before.kinds.join(u", "_s)));
    before.earlier.append(now.descriptors);
    if (growsSteadily(before.earlier))
        wrong.append(u"the server holds more descriptors after every round: %1"_s.arg(
            now.kinds.join(u", "_s)));
    if (now.kilobytes > before.kilobytes + strayKilobytes)
        wrong.append(
            u"the server holds %1 kB, it was %2"_s.arg(now.kilobytes).arg(before.kilobytes));
    say(u"    %1 deaths counted so far, %2 counts of restarts compared; the server holds %3 descriptors beside its children's, and %4 kB"_s
            .arg(yard.ledger().deaths())
            .arg(yard.ledger().compared())
            .arg(now.descriptors)
            .arg(now.kilobytes));
    return wrong;
}

/// Three servers in a row are killed in the three ways; the next one lives for six rounds, so that
/// what leaks slowly is seen.
std::optional<Half> halfToKill(int round)
{
    switch (round % 8) {
    case 2:
        return Half::Server;
    case 3:
        return Half::Guardian;
    case 4:
        return Half::Both;
    default:
        return std::nullopt;
    }
}

QStringList playRound(Yard &yard, std::mt19937 &random, int round)
{
    QStringList deeds;
    for (int i = 0; i < 4; ++i) {
        deeds.append(misbehave(yard, random));
        yard.listen(int(random() % 1500));
    }
    QStringList wrong;
    if (const auto half = halfToKill(round)) {
        deeds.append(half == Half::Server ? u"the server killed"_s
                : half == Half::Guardian  ? u"the guardian killed"_s
                                          : u"server and guardian killed together"_s);
        wrong = killServer(yard, *half);
    }
    say(u"  round %1: %2"_s.arg(round + 1).arg(deeds.join(u", "_s)));
    return wrong;
}

int play(int count, int rounds, std::mt19937 random)
{
    Yard yard(count);
    if (!yard.start()) {
        say(u"the server does not start: "_s + yard.log());
        return 1;
    }
    Holding before;
    QStringList wrong = invariants(yard, before);
    for (int round = 0; wrong.isEmpty() && round < rounds; ++round) {
        wrong = playRound(yard, random, round);
        if (wrong.isEmpty())
            wrong = invariants(yard, before);
    }
    if (const int code = yard.stop(); code != 0)
        wrong.append(u"the server ended with %1"_s.arg(code));
    for (const QString &finding : std::as_const(wrong))
        say(u"  WRONG: "_s + finding);
    if (!wrong.isEmpty())
        say(u"The end of its log:\n"_s + yard.log().right(4000));
    return wrong.isEmpty() ? 0 : 1;
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOptions({
        {u"seed"_s, u"The same seed does the same things, if not at the same moments."_s,
            u"number"_s, QString::number(std::random_device{}() % 1'000'000)},
        {u"rounds"_s, u"How many; each lasts some seconds. Default 12."_s, u"number"_s, u"12"_s},
        {u"processes"_s, u"How many. Default 100."_s, u"number"_s, u"100"_s},
    });
    parser.process(application);
    const uint seed = parser.value(u"seed"_s).toUInt();
    const int count = parser.value(u"processes"_s).toInt();
    const int rounds = parser.value(u"rounds"_s).toInt();
    say(u"seed %1: %2 processes, %3 rounds"_s.arg(seed).arg(count).arg(rounds));
    const int code = play(count, rounds, std::mt19937(seed));
    say(code == 0 ? u"All invariants held."_s : u"Repeat it with --seed %1."_s.arg(seed));
    return code;
}
