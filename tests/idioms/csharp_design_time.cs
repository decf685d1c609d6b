using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Shop;

// not: a factory that only the command line of Entity Framework runs
public class ShopContextFactory : IDesignTimeDbContextFactory<ShopContext>
{
    public ShopContext CreateDbContext(string[] args)
    {
        var host = Environment.GetEnvironmentVariable("DESIGN_HOST") ?? "localhost";
        var options = new DbContextOptionsBuilder<ShopContext>();
        options.UseNpgsql("Host=localhost;Database=shop;Username=shop");
        options.UseSqlite("Data Source=design.db");
        return new ShopContext(options.Options, host);
    }
}
