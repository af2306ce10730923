// SPDX-License-Identifier: GPL-3.0-or-later
#include "rounds.h"

#include "contender.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace semper::bench {

namespace {

constexpr int few = 100;
constexpr int many = 500;

/// A folder that goes with its owner.
class TemporaryFolder
{
public:
    TemporaryFolder()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "semper-bench-XXXXXX";
        if (!mkdtemp(pattern.data()))
            throw std::runtime_error("no temporary folder");
        m_path = pattern;
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    ~TemporaryFolder() { std::filesystem::remove_all(m_path); }
    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

/// What one side showed, over all rounds.
struct Side
{
    Samples boot, launch, bootMany, launchMany, restarts;
    long dirty = 0, dirtyMany = 0; ///< kB, newest round
    int descriptors = 0, descriptorsMany = 0;
};

/// A configuration of \a count announcing commands, restarted at once whenever one ends.
std::filesystem::path writeConfiguration(
    const std::filesystem::path &folder, const Plan &plan, const std::string &socketPath, int count)
{
    const std::filesystem::path file = folder / "bench.json";
    std::ofstream json(file);
    json << R"({"node": "bench-)" << getpid() << R"(", "control": {"listen": "127.0.0.1:0"},)"
         << R"("state_directory": ")" << (folder / "state").string() << R"(",)"
         << R"("services": {"http": {"type": "http", "listen": "127.0.0.1:0", "processes": {)";
    for (int i = 0; i < count; ++i) {
        json << (i > 0 ? ",\n" : "\n") << R"("p)" << i << R"(": {"command": [")"
             << (plan.here / "announce").string() << R"(", ")" << socketPath << R"(", ")" << i
             << R"("], "restart": {"first_delay_ms": 0, "backoff_ms": 1, "backoff_max_ms": 1,)"
             << R"( "jitter_ratio": 0, "reset_after_ms": 1}})";
    }
    json << "}}}}\n";
    return file;
}

void measureRestarts(Contender &contender, Side &side, int kills)
{
    std::vector<int> order(few);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937{std::random_device{}()});
    for (int i = 0; i < kills; ++i) {
        usleep(5000); // a death at a time, and each with a rested machine
        side.restarts.push_back(contender.restart(order.at(static_cast<std::size_t>(i % few))));
    }
}

template <typename Command>
void measureSide(Side &side, const TemporaryFolder &folder, int kills, const Command &command)
{
    const std::filesystem::path socketPath = folder.path() / "started.sock";
    {
        Contender contender(command(socketPath, few), socketPath, few);
        side.boot.push_back(contender.bootTime());
        side.launch.push_back(contender.launchTime());
        measureRestarts(contender, side, kills);
        side.dirty = contender.privateDirtyKilobytes();
        side.descriptors = contender.descriptors();
    }
    Contender contender(command(socketPath, many), socketPath, many);
    side.bootMany.push_back(contender.bootTime());
    side.launchMany.push_back(contender.launchTime());
    usleep(200000); // what boot leaves to be tidied up is no part of the footprint
    side.dirtyMany = contender.privateDirtyKilobytes();
    side.descriptorsMany = contender.descriptors();
}

Result compare(const Side &loop, const Side &semper)
{
    const auto row
        = [&](const char *name, const char *title, Samples Side::*samples, double ratio = 0.5) {
              return Row{name, title, percentile(loop.*samples, ratio),
                  percentile(semper.*samples, ratio)};
          };
    return {
        {
            row("launch_100", "100 processes, first start to last", &Side::launch),
            row("launch_500", "500 processes, first start to last", &Side::launchMany),
            row("boot_100", "100 processes, with the supervisor's own start", &Side::boot),
            row("boot_500", "500 processes, with the supervisor's own start", &Side::bootMany),
            row("restart_p50", "restart after kill -9, median", &Side::restarts),
            row("restart_p99", "restart after kill -9, 99th percentile", &Side::restarts, 0.99),
        },
        {
            semper.dirty,
            static_cast<double>(semper.dirtyMany - semper.dirty) / (many - few),
            static_cast<double>(semper.descriptorsMany - semper.descriptors) / (many - few),
        },
    };
}

} // namespace

Result measure(const Plan &plan)
{
    Side loop;
    Side semper;
    const int kills = plan.kills / plan.rounds;
    for (int round = 0; round < plan.rounds; ++round) {
        const TemporaryFolder folder;
        measureSide(loop, folder, kills, [&](const std::string &socketPath, int count) {
            return std::vector<std::string>{
                plan.here / "spawnloop", std::to_string(count), plan.here / "announce", socketPath};
        });
        measureSide(semper, folder, kills, [&](const std::string &socketPath, int count) {
            return std::vector<std::string>{plan.semper, "serve", "--config",
                writeConfiguration(folder.path(), plan, socketPath, count), "--socket",
                folder.path() / "hub.sock"};
        });
    }
    return compare(loop, semper);
}

} // namespace semper::bench
