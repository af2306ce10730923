// SPDX-License-Identifier: GPL-3.0-or-later
#include "comparison.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace semper::bench {

namespace {

double milliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

} // namespace

std::chrono::nanoseconds percentile(Samples samples, double ratio)
{
    if (samples.empty())
        return std::chrono::nanoseconds{0};
    std::sort(samples.begin(), samples.end());
    const double position = ratio * static_cast<double>(samples.size() - 1);
    return samples.at(static_cast<std::size_t>(position + 0.5));
}

double Row::ratio() const
{
    return loop.count() == 0 ? 0 : milliseconds(semper) / milliseconds(loop);
}

void print(const std::vector<Row> &rows, const Footprint &footprint)
{
    std::printf("%-46s %12s %12s %8s\n", "", "bare loop", "semper", "ratio");
    for (const Row &row : rows) {
        std::printf("%-46s %9.2f ms %9.2f ms %8.2f\n", row.title.c_str(), milliseconds(row.loop),
            milliseconds(row.semper), row.ratio());
    }
    std::printf("\nThe server's private dirty memory: %ld kB, and %.1f kB for each process;\n"
                "descriptors for each process: %.1f\n",
        footprint.privateDirtyKilobytes, footprint.kilobytesPerProcess,
        footprint.descriptorsPerProcess);
}

std::string toJson(const std::vector<Row> &rows, const Footprint &footprint)
{
    std::ostringstream json;
    json << "{\n";
    for (const Row &row : rows) {
        json << "  \"" << row.name << "\": {\"loop_us\": " << row.loop.count() / 1000
             << ", \"semper_us\": " << row.semper.count() / 1000 << ", \"ratio\": " << row.ratio()
             << "},\n";
    }
    json << "  \"private_dirty_kb\": " << footprint.privateDirtyKilobytes
         << ",\n  \"kb_per_process\": " << footprint.kilobytesPerProcess
         << ",\n  \"descriptors_per_process\": " << footprint.descriptorsPerProcess << "\n}\n";
    return json.str();
}

} // namespace semper::bench
