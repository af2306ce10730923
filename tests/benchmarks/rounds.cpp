// SPDX-License-Identifier: GPL-3.0-or-later
#include "rounds.h"

#include "interruption.h"
#include "temporaryfolder.h"
#include "trial.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>
#include <stdexcept>

#include <unistd.h>

using namespace std::chrono_literals;

namespace semper::bench {

namespace {

/// runit and s6 start nothing twice within a second, so what is killed has lived longer.
constexpr auto ageOfVictims = 1100ms;
/// The slow make up fewer restarts, not a longer evening.
constexpr auto restartLimit = 30s;

void measureRestarts(Trial &trial, Findings &findings, int size, int kills)
{
    std::vector<int> order(static_cast<std::size_t>(size));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937{std::random_device{}()});

    const Pids supervisor = trial.supervisor();
    const Expense before = expenseOf(supervisor);
    Samples latencies;
    std::chrono::nanoseconds childCpu{0};
    const auto deadline = std::chrono::steady_clock::now() + restartLimit;
    for (int i = 0; i < kills && std::chrono::steady_clock::now() < deadline; ++i) {
        rest(5ms); // a death at a time, and each with a rested machine
        const int victim = order.at(static_cast<std::size_t>(i % size));
        const Trial::Restart restart = trial.restart(victim, ageOfVictims);
        latencies.push_back(restart.latency);
        childCpu += restart.childCpu;
    }
    findings.restarts.insert(findings.restarts.end(), latencies.begin(), latencies.end());
    findings.childCpu += childCpu;
    findings.restartCpu += expenseOf(supervisor).cpu - before.cpu;
}

void measureIdling(const Trial &trial, Findings &findings, std::chrono::seconds time)
{
    const Pids supervisor = trial.supervisor();
    const Expense before = expenseOf(supervisor);
    rest(time);
    const Expense after = expenseOf(supervisor);
    findings.idle.cpu += after.cpu - before.cpu;
    findings.idle.switches += after.switches - before.switches;
    findings.idleTime += time;
}

void measureOnce(const Plan &plan, const Contender &contender, Findings &findings, int size)
{
    const TemporaryFolder folder;
    const std::filesystem::path socketPath = folder.path() / "started.sock";
    const Command command
        = contender.prepare({folder.path(), plan.surroundings.here / "announce", socketPath, size});
    BootFindings &found = findings.boots[size];
    Trial trial(socketPath, size);
    if (!trial.boot(command, plan.bootLimit)) {
        found.trouble = "> " + std::to_string(plan.bootLimit.count()) + " s";
        std::fprintf(stderr, "%s: %d of %d processes ran after %lld s\n", contender.name().c_str(),
            trial.running(), size, static_cast<long long>(plan.bootLimit.count()));
        found.boot.push_back(beyondLimit); // or the median would be one of the lucky rounds
        found.launch.push_back(beyondLimit);
        return;
    }
    found.boot.push_back(trial.bootTime());
    found.launch.push_back(trial.launchTime());
    trial.settle(1s); // what boot leaves to be tidied up is no part of what is held
    found.holding = holdingOf(trial.supervisor());
    if (size != plan.usualSize())
        return;
    measureIdling(trial, findings, plan.idle);
    measureRestarts(trial, findings, size, plan.kills / plan.rounds);
}

/// One turn. A size with which no round ever got done is not tried again, nor is a larger one.
void takeTurn(const Plan &plan, const Contender &contender, Findings &findings, int size)
{
    if (size > contender.most()) {
        findings.boots[size].trouble = "at most " + std::to_string(contender.most());
        return;
    }
    for (const auto &[tried, found] : findings.boots) {
        if (tried <= size && !found.trouble.empty() && !found.everRan()) {
            findings.boots[size].trouble = found.trouble;
            return;
        }
    }
    try {
        measureOnce(plan, contender, findings, size);
    } catch (const std::runtime_error &error) {
        BootFindings &found = findings.boots[size];
        (found.everRan() ? findings.trouble : found.trouble) = "failed";
        std::fprintf(
            stderr, "%s with %d processes: %s\n", contender.name().c_str(), size, error.what());
    }
}

} // namespace

int Plan::usualSize() const
{
    return std::find(sizes.begin(), sizes.end(), 100) != sizes.end() ? 100 : sizes.front();
}

std::vector<Findings> measure(const Plan &plan, const Contenders &contenders)
{
    std::vector<Findings> all(contenders.size());
    for (int round = 0; round < plan.rounds; ++round) {
        for (const int size : plan.sizes) {
            for (std::size_t i = 0; i < contenders.size(); ++i) {
                all.at(i).contender = contenders.at(i)->name();
                if (isatty(STDERR_FILENO))
                    std::fprintf(stderr, "\r\033[Kround %d of %d: %s, %d processes", round + 1,
                        plan.rounds, all.at(i).contender.c_str(), size);
                takeTurn(plan, *contenders.at(i), all.at(i), size);
            }
        }
    }
    if (isatty(STDERR_FILENO))
        std::fputs("\r\033[K", stderr);
    return all;
}

} // namespace semper::bench
