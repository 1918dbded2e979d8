namespace Cartage.Host.Gen;

/// <summary>The people: names apart by blanks, each one once even without its accents, so that a pair of them makes an address of its own.</summary>
static class PeopleNames
{
    public const string First = """
        Aaron Abigail Adele Adrian Agnes Aisha Alan Alberto Alejandra Alfred Alice Alicia Alma Amara Amber Amelia Amy Anders Andre Andrea
        Angela Anita Annika Antonio April Arjun Arthur Ashley Astrid Audrey Barbara Beatrice Benjamin Bernard Beth Bianca Blake Bonnie Bradley Brenda
        Brian Bridget Brooke Bruce Bryan Caleb Camille Carlos Carmen Caroline Catherine Cedric Celia Chad Charlotte Chelsea Chloe Christina Claire Clara
        Clifford Clyde Colin Connor Cora Corey Craig Curtis Cynthia Daisy Damian Daniel Daphne Darius Dawn Dean Deborah Delia Dennis Derek
        Diana Diego Dolores Dominic Donna Doris Douglas Duncan Dylan Eduardo Edith Eileen Elaine Eleanor Elena Eli Elise Elliot Eloise Emil
        Emma Enrique Erica Erin Esther Ethan Eugene Eva Evelyn Faith Farah Felicia Fern Fiona Frances Frank Gabriel Gail Garrett Gavin
        Gemma Geoffrey George Gina Glenn Gloria Gordon Grace Graham Greta Gwen Hannah Harold Harriet Hazel Hector Heidi Helen Henry Hilda
        Holly Hope Hugo Ian Ibrahim Ida Imani Ines Ingrid Irene Iris Isaac Isabel Ivan Ivy Jacob Jada Jamal James Janet
        Jasmine Jason Javier Jeanette Jenna Jerome Jill Joan Joel Jonas Jordan José Joyce Juan Judith Julian Juliet June Justin Kara
        Karen Karim Keiko Kelsey Kendra Kevin Kirsten Kofi Kyle Lamar Lana Laura Laurel Leah Leon Leticia Liam Lillian Linda Lionel
        Lois Lorenzo Louise Lucas Lucía Luis Lydia Mabel Malcolm Mallory Manuel Marcus Margaret Maria Marisa Mark Marlene Martin Mateo Maureen
        Max Maya Megan Mei Melinda Melissa Mercedes Miguel Mila Miles Miranda Mohamed Monica Morgan Nadia Naomi Natalie Neil Nia Nicholas
        Nina Noah Nolan Nora Noreen Olga Oliver Olivia Omar Oscar Owen Paige Pamela Pascal Patricia Paula Pedro Peggy Penelope Percy
        Peter Philip Phoebe Priya Quentin Rachel Rafael Ramona Randall Raquel Raymond Rebecca Regina René Rhonda Ricardo Rita Robert Roland Rosa
        Rosemary Roy Ruben Rupert Russell Ruth Sabrina Sadie Samantha Samuel Sandra Sara Savannah Scott Sean Selena Shane Sharon Sheila Sidney
        Simone Sofia Sonia Spencer Stella Stephen Stuart Susan Sylvester Tamara Tara Teresa Theodore Thomas Tiffany Tobias Todd Travis Trevor Trudy
        Ursula Valerie Vanessa Vera Victor Vincent Viola Virginia Vivian Wade Walter Wanda Wayne Wendell Wesley Whitney Willa William Winston Xavier
        Yolanda Yusuf Yvonne Zachary Zara Zoë
        """;

    public const string Last = """
        Abbott Acosta Adair Adkins Aguilar Ahmed Albright Alvarado Amato Anderson Applegate Archer Armstrong Arroyo Ashby Atwood Avery Ayala Babcock Bailey
        Baldridge Ballard Banerjee Barlow Barrett Bartlett Bassett Baxter Beaumont Becker Bellamy Benitez Bennett Bergström Bishop Blackwell Blanchard Bledsoe Bolton Bowman
        Bradford Brandt Brennan Brewster Brooks Bruno Bryant Buckley Bui Burgess Burnham Butler Byrd Cabrera Calderón Caldwell Callahan Cameron Cardenas Carlisle
        Carmichael Carpenter Castillo Chamberlain Chandler Chavez Cho Christensen Clarke Clayton Coleman Collins Conrad Contreras Copley Cordova Costa Cowan Crawford Crosby
        Cruz Cullen Curran Dalton Dang Daugherty Dawson Delaney Delgado Desai Devlin Diaz Dickerson Dillon Dixon Donnelly Dorsey Doyle Driscoll Duarte
        Dubois Duffy Dunbar Durham Eastman Eaton Eckert Edmonds Egan Elkins Ellison Emerson Endicott Ericson Escobar Espinoza Esposito Everett Ewing Fairbanks
        Farley Farrell Faulkner Feldman Ferguson Fernandes Figueroa Finch Finnegan Fitzgerald Fleming Flores Foley Forsythe Fraser Frost Fuentes Gallagher Galloway Garcia
        Garner Garza Gaspar Gentry Gibbs Gilmore Glover Goldberg Gonzalez Grady Granger Graves Greenwood Griffith Grimes Guerra Gupta Guthrie Hadley Halloran
        Hammond Hanley Hansen Harding Hargrove Harrington Hartley Hassan Hawkins Hayward Heath Hendricks Hensley Hernandez Herrera Hobbs Hoffman Holbrook Holloway Hooper
        Horton Huang Hubbard Hughes Hutchins Ibarra Ingram Irving Iyer Jackson Jacobs Jansen Jarvis Jennings Jensen Jimenez Johansson Joyner Juarez Kaplan
        Kaufman Keating Keller Kendall Kennedy Khan Kimball Kingsley Kirkland Klein Knox Kowalski Kramer Lambert Landry Langley Larkin Larsen Laughlin Lawson
        Ledford Leighton Lennox Leonard Levine Lindgren Livingston Lockhart Logan Lombardi Lopez Lowell Luna Lynch Macdonald Macias Maddox Mahoney Malone Mancini
        Marchetti Marsh Martinez Mason Mathis Maxwell Mayer McAllister McBride McCormick McDaniel McGrath McKenna McLean Medina Mejia Mercer Merritt Meyers Middleton
        Mills Mitchell Molina Monroe Montoya Mooney Morales Moreau Morrison Mueller Murillo Murray Nash Navarro Neumann Newcomb Nguyen Nielsen Nolasco Norris
        Novak Nuñez O'Brien O'Connor O'Leary Ochoa Okafor Oliveira Olsen Ortega Osborne Ott Overton Owens Pacheco Padilla Palmer Park Parrish Patel
        Patton Pearce Pearson Pemberton Pereira Petersen Phelps Pierce Pineda Ponce Porter Prescott Preston Quinn Quiroz Radcliffe Ramirez Ramsey Rankin Rao
        Reeves Reilly Reyes Reynolds Rhodes Rios Rivers Robbins Rocha Rollins Romano Rossi Rowland Ruiz Rutledge Ryan Salazar Salinas Sandoval Santos
        Sawyer Schaefer Schmidt Schofield Schultz Sefton Serrano Sewell Shah Sheridan Sinclair Singh Slater Sloan Snyder Sorensen Soto Spalding Stafford Stanton
        Stark Stein Stephens Sterling Stoddard Suarez Sullivan Sutton Swanson Sweeney Talbot Tanaka Tate Thatcher Thorpe Tobin Torres Townsend Tran Trujillo
        Underwood Upton Valdez Valentine Vargas Vasquez Vaughn Velasco Villarreal Vogel Wade Wagner Wainwright Wallace Walsh Warner Waters Weaver Webber Weiss
        Weller Westbrook Whitaker Whitfield Wilder Wilkins Winslow Winters Wolfe Woodard Wright Wyatt Yates Yeager Yoon York Zamora Ziegler Zuniga Zimmer
        """;

    public const string Mail = "mailbox.example mailbox.example mailbox.example postbox.example postbox.example quickmail.example quickmail.example inbox.example letterbird.example hudsonnet.example";
}
